/**
 * The hosts file of GPU Cluster Status Monitor: a host or an address a line. Empty lines and lines that begin with `#` are
 * passed over (the older main would ask a host of that name); `host:port` names another port.
 */
import { type Configuration, ConfigurationError, host, port } from '../configuration/configuration.ts';

/** Its main asks every 4 s, and waits as long. */
const ASKS_EVERY_MS = 4000;
const NODE_PORT = 7080;
/** What every unchanged older node has built in. */
const BUILT_IN_PASSWORD = '8888';

/** @throws ConfigurationError with the line */
export function hostsConfiguration(path: string, text: string, password: string | null): Configuration {
  const nodes: Configuration['nodes'] = [];
  for (const [place, line] of text.split(/\r?\n/).entries()) {
    const told = line.replace(/^\uFEFF/, '').trim();
    if (told === '' || told.startsWith('#')) continue;
    const [, named, ownPort] = /^(.*?[^:\]]|\[.*\]):(\d+)$/.exec(told) ?? [];
    const isAddress = told.split(':').length > 2 && !told.startsWith('[');
    const where = isAddress || named === undefined ? told : named;
    const asked = isAddress || ownPort === undefined ? NODE_PORT : Number(ownPort);
    const parsed = host.safeParse(where);
    if (!parsed.success || !port.safeParse(asked).success)
      throw new ConfigurationError(
        path,
        '{text} is no host name or address',
        'a file that is no JSON is read as a hosts file of cluster-status: a host or an address a line',
        { place: place + 1, figures: { text: JSON.stringify(told.slice(0, 80)) } },
      );
    nodes.push(clusterNode(parsed.data, { port: asked, password }));
  }
  return { path, nodes, nameServer: null, listened: null, unknownKeys: [] };
}

/** A node with what the older main would do. */
export function clusterNode(
  host: string,
  { port = NODE_PORT, password }: { port?: number; password: string | null },
): Configuration['nodes'][number] {
  return {
    dialect: 'cluster-status',
    host,
    port,
    name: host,
    alias: null,
    password: password ?? BUILT_IN_PASSWORD,
    intervalMs: ASKS_EVERY_MS,
    timeoutMs: ASKS_EVERY_MS,
  };
}
