import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startingEn } from '../cli/words/starting.ts';
import { readConfigurations, readingLines } from './oldNodes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-old-nodes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a node that two files name is read by the first alone, and the start says so', async () => {
  const hosts = join(folder, 'hosts.txt');
  const own = join(folder, 'own.json');
  await writeFile(hosts, 'gpu1\ngpu2\n');
  await writeFile(
    own,
    JSON.stringify({ oldNodes: ['GPU1', 'gpu3'].map((host) => ({ dialect: 'cluster-status', host })) }),
  );
  const read = await readConfigurations([hosts, own], null, 'en');
  expect(read.map(({ nodes }) => nodes.map(({ host }) => host))).toEqual([['gpu1', 'gpu2'], ['gpu3']]);
  expect(readingLines(read, [], startingEn)).toEqual([
    '  reads older nodes, as hosts.txt says: 2 of cluster-status',
    '  reads older nodes, as own.json says: 1 of cluster-status',
    '    named more than once, and read once: GPU1:7080',
  ]);
});

test('a key that no older program knows is told at the start: a slip would mean its default in silence', async () => {
  const master = join(folder, 'master.json');
  const slaves = [
    { name: 'a', ip: '10.0.0.1' },
    { name: 'b', ip: '10.0.0.2', prot: 5002 },
  ];
  await writeFile(master, JSON.stringify({ mode: 'master', web_port: 8000, slaves, refresh_intervall: 9 }));
  const aggregator = join(folder, 'config.json');
  await writeFile(aggregator, JSON.stringify({ nodes: [{ host: 'c' }], dns: { sever: '127.0.0.1:53' } }));
  expect(
    readingLines(
      await readConfigurations([master, aggregator], null, 'en'),
      ['flowline-monitor'],
      startingEn,
    ),
  ).toEqual([
    '  reads older nodes, as master.json says: 2 of flowline-monitor',
    '    passed over, since no such key is known: slaves[1].prot, refresh_intervall',
    '  reads older nodes, as config.json says: 1 of distributed-monitor',
    '    passed over, since no such key is known: dns.sever',
    expect.stringContaining('--dialect distributed-monitor='),
  ]);
});

test('what is wrong in a file is told in Chinese too, with the place and what was meant', async () => {
  const own = join(folder, 'own.json');
  await writeFile(own, JSON.stringify({ oldNodes: [{ dialect: 'cluster-status', hots: 'gpu1' }] }));
  await expect(readConfigurations([own], null, 'zh')).rejects.toMatchObject({
    exitCode: 2,
    message: `${own}：oldNodes[0].hots：没有这个键；是不是 host？`,
    hint: expect.stringContaining('一个节点写作 {"dialect": "cluster-status", "host": "gpu1"}'),
  });
  await writeFile(own, '{"oldNodes": [{"dialect": "cluster-status", "host": 7}]}');
  await expect(readConfigurations([own], null, 'zh')).rejects.toThrow(
    'oldNodes[0].host：应写双引号里的文字，而不是数字',
  );
  await writeFile(own, 'gpu1\ngpu two\n');
  await expect(readConfigurations([own], null, 'zh')).rejects.toThrow('第 2 行："gpu two" 不是主机名或地址');
});
