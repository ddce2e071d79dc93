import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import type { NodeStatus } from '../model/node.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const [template] = imagineLab(NOW);
if (!template) throw new Error('no machine');

const machine = (name: string, of: Partial<NodeStatus>): NodeStatus => ({
  ...{ ...template, id: name, name, alias: null, source: null, state: 'online', lastSeenAtMs: NOW },
  ...of,
});
const reporting = (host: string | null): NodeStatus['source'] => ({
  ...{ dialect: 'gpu-monitor', host, port: host === null ? null : 1, name: null, problem: null },
});

let hub: SaidHub;
beforeEach(async () => {
  const nodes = [
    machine('atlas', {}),
    machine('rigel', { state: 'offline', lastSeenAtMs: NOW - 2 * HOUR_MS }),
    machine('never', { state: 'offline', lastSeenAtMs: null, sample: null }),
    machine('old1', { source: reporting(null), state: 'offline', lastSeenAtMs: NOW - 3 * HOUR_MS }),
    machine('old2', { source: reporting(null) }),
    machine('asked', { source: reporting('10.0.0.9'), state: 'offline', lastSeenAtMs: NOW - 3 * HOUR_MS }),
  ];
  hub = await startSaidHub((line, body) => {
    if (line.endsWith('/health'))
      return { status: 'ok', version: '1', startedAtMs: NOW, nowMs: NOW, hasQueueTrouble: false };
    if (line.endsWith('/nodes')) return { nodes };
    return {
      results: (body as { ids: string[] }).ids.map((nodeId) => ({
        nodeId,
        nodeName: nodeId,
        outcome: nodeId === 'asked' ? 'configured' : 'forgotten',
      })),
    };
  });
});
afterEach(() => hub.stop());

const forget = (words: string[], options: object = {}) =>
  runCommandLine(['nodes', 'forget', '--hub', hub.url, ...words], options);
const sent = () => hub.requests.find(({ line }) => line.startsWith('POST'))?.body;

test.each([
  [
    ['atlas', 'old1'],
    ['atlas', 'old1'],
  ],
  [
    ['--silent-for', '1h'],
    ['rigel', 'never', 'old1'],
  ],
  [
    ['--dialect', 'gpu-monitor'],
    ['old1', 'old2'],
  ],
  [['--dialect', 'gpu-monitor', '--silent-for', '1h'], ['old1']],
  [['rigel', 'atlas', '--silent-for', '90m'], ['rigel']],
])('%s means %s', async (words, ids) => {
  const { code } = await forget([...words, '--yes']);
  expect([code, sent()]).toEqual([0, { ids }]);
});

test('it names them and asks; without a yes nothing is done', async () => {
  const no = await forget(['rigel'], { ask: async () => 'n' });
  expect(no.questions[0]).toMatch(/rigel.*offline.*2 h ago[\s\S]*Forget this machine\?/);
  expect((await forget(['rigel'], { ask: async () => null })).code).toBe(2);
  expect(sent()).toBeUndefined();
  const yes = await forget(['rigel'], { ask: async () => 'y' });
  expect([yes.code, yes.output.trim()]).toEqual([0, 'rigel: forgotten']);
});

test('one that the configuration names stays, and is said to', async () => {
  const { code, output } = await forget(['asked', 'old2', '--yes']);
  expect(code).toBe(1);
  expect(output).toMatch(/old2: forgotten\nasked: still there: the configuration/);
});

test('without a condition it says what it needs; where none is meant, that', async () => {
  expect((await forget(['--yes'])).code).toBe(2);
  const none = await forget(['--silent-for', '10h', 'atlas', '--yes']);
  expect([none.code, none.errors]).toEqual([1, expect.stringContaining('no machine is like that')]);
  expect(sent()).toBeUndefined();
});
