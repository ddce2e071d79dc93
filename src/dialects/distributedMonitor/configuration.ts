/** The distributed monitor's `config.json`, as it is. Keys that say nothing here are passed over. */
import * as z from 'zod';
import { type Configuration, host, parsePart, port, unknownKeys } from '../configuration/configuration.ts';

/** Its aggregator asks every 5 s, and waits as long. */
const ASKS_EVERY_MS = 5000;
const AGGREGATOR_PORT = 8080;

const AggregatorFile = z.object({
  nodes: z
    .array(z.object({ name: z.string().nullish(), host, port: port.nullish(), alias: z.string().nullish() }))
    .nullish(),
  aggregator: z.object({ port: port.nullish() }).nullish(),
  dns: z.object({ server: z.string().nullish(), enabled: z.boolean().nullish() }).nullish(),
});

/** @throws ConfigurationError */
export function aggregatorConfiguration(path: string, json: unknown): Configuration {
  const file = parsePart(
    path,
    AggregatorFile,
    json,
    'this was taken for the config.json of the distributed monitor; a node is {"name": "gpu1", "host": "10.0.0.5", "port": 8081}',
  );
  return {
    path,
    nodes: (file.nodes ?? []).map(({ name, host, port, alias }) => ({
      dialect: 'distributed-monitor',
      host,
      port: port ?? 8081,
      name: (alias && name) || host,
      configuredName: name || host,
      alias: alias || name || null,
      password: null,
      intervalMs: ASKS_EVERY_MS,
      timeoutMs: ASKS_EVERY_MS,
    })),
    nameServer: file.dns?.enabled === true ? (file.dns.server ?? null) : null,
    listened: {
      dialect: 'distributed-monitor',
      host: '0.0.0.0',
      port: file.aggregator?.port ?? AGGREGATOR_PORT,
    },
    unknownKeys: unknownKeys(AggregatorFile, json),
  };
}
