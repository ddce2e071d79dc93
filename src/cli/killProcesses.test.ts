import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import type { ProcessOfNode } from '../protocol/hubApi.ts';

const STARTED = Date.UTC(2026, 0, 1);
const nodes = imagineLab(STARTED).filter(({ name }) => name === 'atlas' || name === 'vega');

function processOf(nodeName: string, pid: number, startedAtMs: number | null = STARTED): ProcessOfNode {
  const [gpu] = nodes[0]?.sample?.gpus ?? [];
  const [held] = gpu?.processes ?? [];
  if (!held) throw new Error('no process');
  return { ...held, nodeId: nodeName, nodeName, pid, startedAtMs, gpus: [0], gpuMemoryBytes: 2 ** 30 };
}

let known: ProcessOfNode[];
let silent: string[];
let outcome: string;
let fleet: typeof nodes;
let role: string | null;
let hub: SaidHub;

beforeEach(async () => {
  known = [processOf('atlas', 4711), processOf('vega', 4711), processOf('vega', 88)];
  silent = [];
  outcome = 'done';
  fleet = nodes;
  role = 'administrator';
  hub = await startSaidHub((line, body) => {
    const url = new URL(line.split(' ')[1] ?? '', 'http://hub');
    if (url.pathname.endsWith('/nodes')) return { nodes: fleet };
    if (url.pathname.endsWith('/session'))
      return {
        account: role && { name: 'me', role },
        mayRead: true,
        hubName: 'h',
        hubVersion: '1',
        joinAddress: 'http://h',
      };
    if (url.pathname.endsWith('/kill')) {
      const { targets } = body as { targets: { nodeId: string; pid: number }[] };
      return {
        results: targets.map(({ nodeId, pid }) => ({ nodeId, nodeName: nodeId, pid, outcome, message: 'm' })),
      };
    }
    const node = url.searchParams.get('node');
    const query = url.searchParams.get('query') ?? '';
    const found = known.filter(
      (process) => (node === null || process.nodeId === node) && String(process.pid).includes(query),
    );
    const unanswered = silent
      .filter((name) => node === null || node === name)
      .map((name) => ({ nodeId: name, nodeName: name, reason: 'it did not answer' }));
    return { processes: found, total: found.length, unanswered };
  });
});
afterEach(() => hub.stop());

const kill = (...rest: string[]) => runCommandLine(['processes', 'kill', '--yes', '--hub', hub.url, ...rest]);
const sent = () => hub.requests.find(({ line }) => line.startsWith('POST'))?.body;

describe('ending processes', () => {
  test('the start time goes with each, so that a reused pid is never signalled', async () => {
    const { code, output } = await kill('atlas:4711', 'vega:88', '--grace', '10s');
    expect(code).toBe(0);
    expect(output).toMatch(/atlas +4711 +ended/);
    expect(sent()).toEqual({
      targets: [
        { nodeId: 'atlas', pid: 4711, startedAtMs: STARTED },
        { nodeId: 'vega', pid: 88, startedAtMs: STARTED },
      ],
      graceSeconds: 10,
    });
  });

  test('a pid that is on several machines is an error that names them', async () => {
    const { code, errors } = await kill('4711');
    expect(code).toBe(2);
    expect(errors).toContain('atlas, vega');
    expect(errors).toContain('atlas:4711');
    expect(sent()).toBeUndefined();
  });

  test('a pid that is on one machine only needs no machine named', async () => {
    expect((await kill('88')).code).toBe(0);
    expect(sent()).toMatchObject({ targets: [{ nodeId: 'vega', pid: 88 }] });
  });

  test('while a machine is silent a bare pid is not guessed', async () => {
    silent = ['atlas'];
    const { code, errors } = await kill('88');
    expect(code).toBe(1);
    expect(errors).toContain('no answer from atlas');
    expect(sent()).toBeUndefined();
  });

  test('a process whose start is not known is not ended', async () => {
    known = [processOf('vega', 88, null)];
    const { code, output } = await kill('vega:88');
    expect(code).toBe(1);
    expect(output).toContain('its start is not known');
    expect(sent()).toBeUndefined();
  });

  test('a number that only occurs inside another pid is not that process', async () => {
    const { code, output } = await kill('vega:8');
    expect(code).toBe(0);
    expect(output).toContain('no such process');
    expect(sent()).toBeUndefined();
  });

  test.each(['not-allowed', 'unkillable', 'other-process', 'failed'])(
    '%s makes the exit code 1',
    async (word) => {
      outcome = word;
      expect((await kill('vega:88')).code).toBe(1);
    },
  );

  test('one that was gone already is what was wanted', async () => {
    outcome = 'gone';
    expect((await kill('vega:88')).code).toBe(0);
  });

  test('with --json stdout holds the results alone, those that were not found too', async () => {
    const { code, output } = await kill('vega:88', 'vega:9999', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(output).results).toMatchObject([
      { nodeId: 'vega', pid: 88, outcome: 'done' },
      { nodeId: 'vega', pid: 9999, outcome: 'gone' },
    ]);
  });

  test('a process of a machine that does not answer is not called gone', async () => {
    silent = ['vega'];
    const { code, output } = await kill('vega:9999', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(output).results).toMatchObject([{ pid: 9999, outcome: 'no-answer' }]);
  });

  test('where no machine reports nothing is called gone', async () => {
    fleet = [];
    const { code, errors } = await kill('88');
    expect(code).toBe(1);
    expect(errors).toContain('No machine reports');
  });

  test('without a terminal silence is no yes: exit 2, and --yes is named', async () => {
    const { code, output, errors } = await runCommandLine(['processes', 'kill', 'vega:88', '--hub', hub.url]);
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toContain('say --yes: there is no terminal to ask on');
    expect(sent()).toBeUndefined();
  });

  test.each(['', 'no', 'q'])('at a terminal the answer %j ends nothing', async (answer) => {
    const result = await runCommandLine(['processes', 'kill', 'vega:88', '--hub', hub.url], {
      ask: async () => answer,
    });
    expect(result.code).toBe(1);
    expect(result.questions).toHaveLength(1);
    expect(result.questions[0]).toMatch(/vega +88 .*torchrun/);
    expect(sent()).toBeUndefined();
  });

  test('a yes ends them, and --yes does not ask', async () => {
    const ask = async () => 'y';
    expect((await runCommandLine(['processes', 'kill', 'vega:88', '--hub', hub.url], { ask })).code).toBe(0);
    const unasked = await runCommandLine(['processes', 'kill', 'vega:88', '--yes', '--hub', hub.url], {
      ask,
    });
    expect(unasked.questions).toEqual([]);
  });

  test.each(['atlas', 'atlas:', '0', '-7', '4711x', 'atlas:99999999999'])(
    '%j is wrong usage',
    async (text) => {
      expect((await kill('--', text)).code).toBe(2);
    },
  );

  test.each([null, 'viewer'])('who may not (%s) is told so before he is asked: exit 4', async (who) => {
    role = who;
    const result = await runCommandLine(['processes', 'kill', 'vega:88', '--hub', hub.url], {
      ask: async () => 'y',
    });
    expect(result.code).toBe(4);
    expect(result.questions).toEqual([]);
    expect(sent()).toBeUndefined();
  });

  test('a machine that does not exist is named, with those that do', async () => {
    const { code, errors } = await kill('orin:88');
    expect(code).toBe(2);
    expect(errors).toContain('orin');
    expect(errors).toContain('atlas, vega');
  });

  test('an alias names a machine too', async () => {
    expect((await kill('甲机:4711')).code).toBe(0);
    expect(sent()).toMatchObject({ targets: [{ nodeId: 'atlas' }] });
  });
});
