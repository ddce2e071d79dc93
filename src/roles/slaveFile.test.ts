import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/program.ts';
import type { AgentRoleOptions } from '../cli/context.ts';
import { NO_DIALECTS } from '../model/dialect.ts';
import { withSlaveFile } from './slaveFile.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const optionsFor = async (file: object | null, nodes: AgentRoleOptions['dialects']['nodes'] = []) => {
  const configFile = file && join(folder.path, 'slave.json');
  if (configFile) await writeFile(configFile, JSON.stringify(file));
  return withSlaveFile(
    {
      dataFolder: folder.path,
      hubUrl: null,
      likelyHubUrl: null,
      configFile,
      joinToken: null,
      joinsAnew: false,
      joinsOnly: false,
      intervalMs: 1000,
      logLevel: 'warn',
      dialects: { ...NO_DIALECTS, nodes },
      hostNames: [],
    },
    'en',
  );
};

describe('a slave.json as it is', () => {
  test('has the agent answer where the slave did, and its master is the likely hub', async () => {
    const { dialects, likelyHubUrl } = await optionsFor({
      mode: 'slave',
      master_ip: '192.168.1.10',
      master_port: 5000,
      slave_host: '0.0.0.0',
      slave_port: 5001,
      report_interval: 3,
    });
    expect(dialects.nodes).toEqual([{ name: 'flowline-monitor', host: '0.0.0.0', port: 5001 }]);
    expect(likelyHubUrl).toBe('http://192.168.1.10:3569');
  });

  test('with its mode alone has the older defaults, and tells of no hub', async () => {
    const { dialects, likelyHubUrl } = await optionsFor({ mode: 'slave' });
    expect(dialects.nodes).toEqual([{ name: 'flowline-monitor', host: '0.0.0.0', port: 5001 }]);
    expect(likelyHubUrl).toBeNull();
  });

  test('gives way to what was said on the command line', async () => {
    const said = [{ name: 'flowline-monitor' as const, host: '127.0.0.1', port: 7 }];
    expect((await optionsFor({ mode: 'slave', master_ip: 'fd00::1' }, said)).dialects.nodes).toEqual(said);
  });

  test('puts an IPv6 master into brackets', async () => {
    expect((await optionsFor({ mode: 'slave', master_ip: 'fd00::1' })).likelyHubUrl).toBe(
      'http://[fd00::1]:3569',
    );
  });
});

test('without a file nothing is changed', async () => {
  expect((await optionsFor(null)).dialects.nodes).toEqual([]);
});

test.each([{ mode: 'master', slaves: [] }, { nodes: [] }, { mode: 'slave', slave_port: 'x' }])(
  '%j is refused as a wrong usage',
  async (file) => {
    await expect(optionsFor(file)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('slave.json'),
    });
  },
);
