/** The older FlowLine Monitor's `master.json` and `slave.json`, as they are. Keys that say nothing here are passed over. */
import * as z from 'zod';
import {
  type Configuration,
  host,
  parsePart,
  port,
  seconds,
  unknownKeys,
} from '../configuration/configuration.ts';

const MasterFile = z.object({
  // Of its own program, and nothing here.
  mode: z.unknown().optional(),
  web_port: z.unknown().optional(),
  master_host: z.string().default('0.0.0.0'),
  master_port: port.default(5000),
  slaves: z.array(z.object({ name: z.string().nullish(), ip: host, port: port.nullish() })).default([]),
  slave_port: port.default(5001),
  refresh_interval: seconds.default(5),
  request_timeout: seconds.default(3),
});

/** @throws ConfigurationError */
export function masterConfiguration(path: string, json: unknown): Configuration {
  const file = parsePart(
    path,
    MasterFile,
    json,
    'this was taken for the master.json of FlowLine Monitor; a slave is {"name": "gpu1", "ip": "192.168.1.11"}',
  );
  return {
    path,
    nodes: file.slaves.map(({ name, ip, port }) => ({
      dialect: 'flowline-monitor',
      host: ip,
      port: port ?? file.slave_port,
      name: ip,
      configuredName: name ?? ip,
      alias: name ?? null,
      password: null,
      intervalMs: file.refresh_interval * 1000,
      timeoutMs: file.request_timeout * 1000,
    })),
    nameServer: null,
    listened: { dialect: 'flowline-monitor', host: file.master_host, port: file.master_port },
    unknownKeys: unknownKeys(MasterFile, json),
  };
}

const SlaveFile = z.object({
  master_ip: host.nullish(),
  slave_host: z.string().default('0.0.0.0'),
  slave_port: port.default(5001),
});

export interface SlaveConfiguration {
  /** Where its master ran; null where the file does not tell. */
  masterHost: string | null;
  /** Where the slave listened. */
  listened: { host: string; port: number };
}

/** @throws ConfigurationError */
export function slaveConfiguration(path: string, json: unknown): SlaveConfiguration {
  const file = parsePart(path, SlaveFile, json, 'this was taken for the slave.json of FlowLine Monitor');
  return {
    masterHost: file.master_ip ?? null,
    listened: { host: file.slave_host, port: file.slave_port },
  };
}
