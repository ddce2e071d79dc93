# The hub in a container. First `npm run build:standalone`, then `docker build -t flowline-hub .`
# The agent stays outside: it starts people's programs, and a container would be in their way.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

RUN mkdir -p /var/lib/flowline && chown 10001:10001 /var/lib/flowline && chmod 0700 /var/lib/flowline
# For ARM64: --build-arg FILE=build/standalone/flowline-linux-arm64
ARG FILE=build/standalone/flowline-linux-x64
COPY ${FILE} /usr/local/bin/flowline

USER 10001:10001
ENV FLOWLINE_DATA=/var/lib/flowline
VOLUME /var/lib/flowline
EXPOSE 3569
# Exit code 0 where the hub answers, 3 where it does not.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/flowline", "nodes", "--json", "--hub", "http://127.0.0.1:3569"]
ENTRYPOINT ["/usr/local/bin/flowline"]
# All addresses of the container; which of the machine's lead there is said where it is run (compose.yaml: loopback).
CMD ["hub", "--listen", "0.0.0.0:3569"]
