/**
 * FlowLine's own file with the nodes of older systems, which may be mixed in it:
 *
 *   {"oldNodes": [
 *      {"dialect": "flowline-monitor", "host": "192.168.1.11", "alias": "left rack"},
 *      {"dialect": "cluster-status", "host": "gpu7.local", "passwordFile": "/etc/flowline/cluster-password"},
 *      {"dialect": "distributed-monitor", "host": "gpu9", "port": 9081, "interval": "10s", "timeout": "3s"}],
 *    "nameServer": "127.0.0.1:5353"}
 *
 * Here a key that is not known is refused: it is a slip of the pen.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { parseDurationMs } from '../../lib/durations.ts';
import { DIALECT_PORTS } from '../../model/dialect.ts';
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import { clusterNode } from '../clusterStatus/configuration.ts';
import type { PolledNode } from '../reading/nodeReader.ts';
import { type Configuration, ConfigurationError, host, parsePart, port } from './configuration.ts';

const duration = z.string().transform((text, context) => {
  const milliseconds = parseDurationMs(text);
  if (milliseconds !== null && milliseconds >= 500 && milliseconds <= 3_600_000) return milliseconds;
  context.addIssue({ code: 'custom', message: 'say a time from 500ms to 1h, like 5s' });
  return z.NEVER;
});

const OldNode = z.strictObject({
  dialect: z.enum(
    ['flowline-monitor', 'cluster-status', 'distributed-monitor'],
    'say flowline-monitor, cluster-status or distributed-monitor (collectors of gpu-monitor report by themselves)',
  ),
  host,
  port: port.optional(),
  alias: z.string().min(1).max(MAX_NAME_CHARACTERS).optional(),
  password: z.string().optional(),
  /** Beside the file, where it is no whole path. */
  passwordFile: z.string().optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
});

const OwnFile = z.strictObject({ oldNodes: z.array(OldNode), nameServer: z.string().optional() });

const HINT =
  'a node is {"dialect": "cluster-status", "host": "gpu1"}, with port, alias, interval, timeout, password or passwordFile if need be';

/** How often a node is asked, and how long it is waited for, where nothing is said: as its own main program does. */
const USUAL: Record<PolledNode['dialect'], { intervalMs: number; timeoutMs: number }> = {
  'flowline-monitor': { intervalMs: 5000, timeoutMs: 3000 },
  'cluster-status': { intervalMs: 4000, timeoutMs: 4000 },
  'distributed-monitor': { intervalMs: 5000, timeoutMs: 5000 },
};

/** @throws ConfigurationError */
export async function ownConfiguration(
  path: string,
  json: unknown,
  password: string | null,
): Promise<Configuration> {
  const file = parsePart(path, OwnFile, json, HINT);
  const nodes: PolledNode[] = [];
  for (const [place, told] of file.oldNodes.entries()) {
    const { dialect, host, alias = null } = told;
    const usual = USUAL[dialect];
    const isCluster = dialect === 'cluster-status';
    if (!isCluster && (told.password ?? told.passwordFile) !== undefined)
      throw new ConfigurationError(path, 'nodes of {dialect} ask for no password', HINT, {
        place: `oldNodes[${place}]`,
        figures: { dialect },
      });
    const own = told.password ?? (await passwordIn(path, place, told.passwordFile));
    nodes.push({
      dialect,
      host,
      port: told.port ?? DIALECT_PORTS[dialect].node ?? 0,
      name: host,
      alias,
      password: isCluster ? clusterNode(host, { password: own ?? password }).password : null,
      intervalMs: told.interval ?? usual.intervalMs,
      timeoutMs: told.timeout ?? Math.min(usual.timeoutMs, told.interval ?? Infinity),
    });
  }
  return { path, nodes, nameServer: file.nameServer ?? null, listened: null, unknownKeys: [] };
}

async function passwordIn(path: string, place: number, file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const where = resolve(dirname(path), file);
  const text = await readFile(where, 'utf8').catch((failure: NodeJS.ErrnoException) => {
    throw new ConfigurationError(
      path,
      '{file} cannot be read ({code})',
      'name a file that this user may read, with the password as its only line',
      {
        place: `oldNodes[${place}].passwordFile`,
        figures: { file: where, code: failure.code ?? failure.message },
      },
    );
  });
  return text.replace(/\r?\n$/, '');
}
