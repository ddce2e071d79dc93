/**
 * Reads the file of `--config`: our own, or one of the older systems', recognised by what is in it. Each means what it
 * meant: the same nodes, asked as often and waited for as long.
 */
import { open } from 'node:fs/promises';
import { isIP } from 'node:net';
import { faultyLine } from '../../lib/jsonFault.ts';
import { nearestWord } from '../../lib/nearestWord.ts';
import { polledWitnessId } from '../../model/witness.ts';
import { hostsConfiguration } from '../clusterStatus/configuration.ts';
import { aggregatorConfiguration } from '../distributedMonitor/configuration.ts';
import {
  masterConfiguration,
  type SlaveConfiguration,
  slaveConfiguration,
} from '../flowlineMonitor/configuration.ts';
import { type Configuration, ConfigurationError, type ReadConfiguration } from './configuration.ts';
import { ownConfiguration } from './ownForm.ts';

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_NODES = 2000;
const KNOWN_FILES =
  'FlowLine reads its own file ({"oldNodes": […]}), master.json of FlowLine Monitor, hosts.txt of cluster-status, and config.json of the distributed monitor';

/**
 * A hub's configuration.
 * @param password for nodes of cluster-status that have none of their own; null: the one that is built into them
 * @throws ConfigurationError
 */
export async function readConfiguration(path: string, password: string | null): Promise<ReadConfiguration> {
  const configuration = await recognised(path, await textOf(path), password);
  const { nodes } = configuration;
  const nameServer = configuration.nameServer === null ? null : nameServerOf(path, configuration.nameServer);
  if (nodes.length > MAX_NODES)
    throw new ConfigurationError(path, 'it names {nodes} nodes', 'a hub reads {most} at most', {
      figures: { nodes: nodes.length, most: MAX_NODES },
    });
  return eachOnce({ ...configuration, nameServer, repeated: [] }, new Set());
}

/**
 * Named twice, a node is one node: two readers of it would ask twice, and contradict one another.
 * @param taken ids of nodes that are read already; those of this configuration are added
 */
export function eachOnce(configuration: ReadConfiguration, taken: Set<string>): ReadConfiguration {
  const repeated = new Set(configuration.repeated);
  const nodes = configuration.nodes.filter(({ dialect, host, port }) => {
    const id = polledWitnessId(dialect, host, port);
    const isFirst = !taken.has(id);
    taken.add(id);
    if (!isFirst) repeated.add(`${host.includes(':') ? `[${host}]` : host}:${port}`);
    return isFirst;
  });
  return { ...configuration, nodes, repeated: [...repeated] };
}

async function recognised(path: string, text: string, password: string | null): Promise<Configuration> {
  if (!isJson(text)) return hostsConfiguration(path, text, password);
  const json = parse(path, text);
  const has = (...keys: string[]): boolean => keys.some((key) => Object.hasOwn(json, key));
  if (has('oldNodes')) return ownConfiguration(path, json, password);
  if (isSlave(json))
    throw new ConfigurationError(
      path,
      'this is the slave.json of a node, and a hub needs the master.json',
      'on the node itself: flowline agent --config slave.json',
    );
  if (has('slaves') || json.mode === 'master') return masterConfiguration(path, json);
  if (has('nodes', 'aggregator', 'dns')) return aggregatorConfiguration(path, json);
  const telling = ['oldNodes', 'slaves', 'nodes'];
  const meant = Object.keys(json).flatMap((key) => {
    const word = nearestWord(key, telling);
    return word === null ? [] : [{ key, word }];
  });
  throw new ConfigurationError(
    path,
    meant[0]
      ? 'it has no key that says of which system it is; by {key} you may have meant {word}'
      : 'it has no key that says of which system it is',
    KNOWN_FILES,
    { figures: meant[0] ?? {} },
  );
}

/**
 * The file of `flowline agent --config`: a slave.json.
 * @throws ConfigurationError
 */
export async function readAgentConfiguration(path: string): Promise<SlaveConfiguration> {
  const text = await textOf(path);
  const json = isJson(text) ? parse(path, text) : null;
  if (json && isSlave(json)) return slaveConfiguration(path, json);
  throw new ConfigurationError(
    path,
    'this is no slave.json of FlowLine Monitor, which is the only file that an agent reads',
    'a hub reads the others: flowline hub --config FILE',
  );
}

const isSlave = (json: Record<string, unknown>): boolean =>
  json.mode === 'slave' || (Object.hasOwn(json, 'master_ip') && !Object.hasOwn(json, 'slaves'));

async function textOf(path: string): Promise<string> {
  const file = await open(path).catch((failure: NodeJS.ErrnoException) => {
    throw new ConfigurationError(
      path,
      failure.code === 'ENOENT' ? 'there is no such file' : 'it cannot be read ({code})',
      '--config names a file on this machine',
      { figures: { code: failure.code ?? '' } },
    );
  });
  try {
    const buffer = Buffer.alloc(MAX_FILE_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_FILE_BYTES)
      throw new ConfigurationError(path, 'it is larger than 1 MiB', KNOWN_FILES);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } catch (failure) {
    if (failure instanceof ConfigurationError) throw failure;
    const code = (failure as NodeJS.ErrnoException).code ?? '';
    throw new ConfigurationError(
      path,
      code === 'EISDIR' ? 'it is a folder' : 'it cannot be read ({code})',
      KNOWN_FILES,
      { figures: { code } },
    );
  } finally {
    await file.close();
  }
}

/** A hosts file has no line that begins so. */
const isJson = (text: string): boolean => /^\s*(\{|"|\[\s*["{\]])/.test(text);

function parse(path: string, text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigurationError(
      path,
      'it is not JSON',
      'JSON has double quotes, no comments, and no comma after the last entry',
      { place: faultyLine(text) ?? 1 },
    );
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>;
  throw new ConfigurationError(path, 'it is JSON, but no object', KNOWN_FILES);
}

function nameServerOf(path: string, told: string): string {
  const server = told.trim().replace(/^localhost(?=:|$)/, '127.0.0.1');
  const [, address = server, port = '53'] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(server) ?? [];
  if (isIP(address.replace(/^\[(.*)\]$/, '$1')) !== 0 && Number(port) > 0 && Number(port) < 65_536)
    return server;
  throw new ConfigurationError(
    path,
    'the name server {server} is no address',
    'say one like 127.0.0.1:5353',
    { figures: { server: JSON.stringify(told.slice(0, 80)) } },
  );
}
