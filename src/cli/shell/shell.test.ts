import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import { DEFAULT_OPTIONS, DEFAULT_SETTINGS } from '../../model/queue.ts';
import type { GpuLedger } from '../../protocol/queueApi.ts';

const GIB = 2 ** 30;
let folder: string;
let before: string;
let hub: SaidHub;
let paused: 'user' | null;
let succeeded: number;

const table = () => ({
  id: 'b7',
  name: 'sweep.csv',
  owner: 'me',
  file: null,
  fileWarning: null,
  fileTrouble: null,
  workingDirectory: '/x',
  command: 'true',
  options: DEFAULT_OPTIONS,
  maxRunning: null,
  paused,
  gitCommit: null,
  gitDirty: null,
  createdAtMs: 1,
  rows: 2,
  runs: 2,
  counts: { succeeded, queued: 2 - succeeded },
  doneAtMs: null,
  doneErrorMs: null,
});

const gpu = (node: string, index: number): GpuLedger => ({
  nodeId: node,
  node,
  uuid: `GPU-${node}-${index}`,
  index,
  isOn: true,
  unusable: null,
  trouble: null,
  totalBytes: 80 * GIB,
  externalBytes: 0,
  promisedBytes: 20 * GIB,
  headroomBytes: GIB,
  freeBytes: 59 * GIB,
  attempts: [],
  commands: [],
});

let hasGpus: boolean;

function answer(line: string): unknown {
  const path = new URL(line.split(' ')[1] ?? '', 'http://hub').pathname.replace('/api/v1', '');
  if (line.startsWith('POST') && path === '/tables')
    return { table: table(), tasks: [{ key: 'a', task: 't1' }], plan: [] };
  if (path === '/tables') return { tables: [] };
  if (path === '/tables/b7') return table();
  if (path === '/queue')
    return {
      revision: 1,
      counts: {},
      settings: DEFAULT_SETTINGS,
      tables: [],
      gpus: hasGpus ? [gpu('atlas', 0), gpu('atlas', 1), gpu('vega', 1)] : [],
    };
  if (path === '/tasks') return { tasks: [], total: 0, counts: {} };
  if (path.startsWith('/queue/gpus')) return { gpus: [] };
  return { results: [{ id: 't1', outcome: 'done', message: '' }], settings: DEFAULT_SETTINGS };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-shell-'));
  writeFileSync(join(folder, 'sweep.csv'), 'lr\n0.1\n0.2\n');
  before = process.cwd();
  process.chdir(folder);
  paused = null;
  succeeded = 0;
  hasGpus = true;
  hub = await startSaidHub(answer);
});
afterEach(async () => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  await hub.stop();
});

/** Types lines at the shell, then `exit`; answers everything that it said. */
async function shell(
  lines: string[],
  isTerminal = true,
): Promise<{ code: number; said: string; errors: string }> {
  const said: string[] = [];
  const typed: (string | null)[] = [...lines, ...(isTerminal ? ['exit'] : [null])];
  const { code, errors } = await runCommandLine(['run', 'sweep.csv', '--hub', hub.url, '--', 'true'], {
    terminalColumns: isTerminal ? 100 : null,
    print: (text) => said.push(text),
    machineId: async () => 'machine',
    openLines: async () => ({
      next: async () => typed.shift() ?? null,
      say: (text) => void said.push(text),
      close: async () => {},
    }),
  });
  return { code, said: said.join('\n'), errors };
}
const sent = (path: string) =>
  hub.requests.filter(({ line }) => !line.startsWith('GET') && line.endsWith(path)).map(({ body }) => body);

test('a hub of its own stays until the file says what the runs came to', async () => {
  const { url } = hub;
  await hub.stop();
  succeeded = 2;
  const path = join(folder, 'sweep.csv');
  const format = 'csv';
  const file = { machineId: 'machine', path, uid: 1000, format, sheet: null, writesColumns: [] };
  const told: string[] = [];
  const { code, errors } = await runCommandLine(['run', 'sweep.csv', '--hub', url, '--', 'true'], {
    environment: { FLOWLINE_DATA: '/nowhere' },
    print: () => undefined,
    startUp: async () => {
      hub = await startSaidHub(
        (line) => {
          if (line.includes('/b7/results')) return { results: [], total: 0, isKeptUp: false, revision: 3 };
          if (line.includes('/b7/written')) told.push('written');
          return line.includes('/b7') ? { ...table(), file } : answer(line);
        },
        Number(new URL(url).port),
      );
      return { stop: async () => void told.push('stopped') };
    },
    openLines: async () => ({ next: async () => null, say: () => undefined, close: async () => {} }),
  });
  expect(code, errors).toBe(0);
  expect(told).toEqual(['written', 'stopped']);
});

describe('the shell of the older FlowLine', () => {
  test('max and run act on its own table, min on the queue', async () => {
    await shell(['max 2', 'run', 'min 2048']);
    expect(sent('/tables/b7')).toEqual([{ maxRunning: 2 }, { paused: true }]);
    expect(sent('/queue')).toEqual([{ leastFreeBytes: 2048 * 2 ** 20 }]);
  });

  test('a line of .flinit switches on, a typed one over', async () => {
    writeFileSync(join(folder, '.flinit'), 'max 2\nmin 2048\ngpu 0\nrun\n');
    await shell(['gpu 0', 'run']);
    expect(sent('/queue/gpus')).toEqual([
      { gpus: ['GPU-atlas-0'], isOn: true },
      { gpus: ['GPU-atlas-0'], isOn: false },
    ]);
    expect(sent('/tables/b7').slice(1)).toEqual([{ paused: false }, { paused: true }]);
  });

  test('a GPU where there is none at all is one clear sentence', async () => {
    hasGpus = false;
    writeFileSync(join(folder, '.flinit'), 'gpu 1\n');
    const { said } = await shell([]);
    expect(said).toContain('GPU 1 is not there: no machine of this hub has a GPU');
    expect(said).not.toContain('names no GPU');
  });

  test('exit in .flinit is passed over, in words that do not deny the verb', async () => {
    writeFileSync(join(folder, '.flinit'), 'exit\nls\n');
    const { said } = await shell([]);
    expect(said).toContain('exit in .flinit is passed over');
    expect(said).not.toContain('there is no verb');
  });

  test('an index that several machines have must be said with its machine', async () => {
    const { said } = await shell(['gpu 1', 'gpu vega:1']);
    expect(said).toContain('atlas:0 atlas:1 vega:1');
    expect(sent('/queue/gpus')).toEqual([{ gpus: ['GPU-vega-1'], isOn: false }]);
  });

  test('kill takes numbers as people are used to, killgpu the runs of a card', async () => {
    await shell(['kill 3 t4', 'killgpu 0']);
    expect(sent('/tasks/kill')).toMatchObject([
      { select: { ids: ['t3', 't4'] } },
      { select: { table: 'b7', gpus: ['GPU-atlas-0'], whose: 'mine' } },
    ]);
  });

  test('help and ? list every verb; a mistake does not end the shell', async () => {
    const { said, code } = await shell(['?', 'nonsense', 'gpu']);
    for (const verb of ['run', 'gpu', 'killgpu', 'kill', 'ls', 'gpus', 'min', 'max', 'task', 'help', 'exit'])
      expect(said).toMatch(new RegExp(`^${verb}\\b`, 'm'));
    expect(said).toContain('there is no verb “nonsense”');
    expect(said).toContain('say gpu GPU…');
    expect(code).toBe(0);
  });

  test('leaving says what waits', async () => {
    expect((await shell([])).said).toContain('2 runs wait for their turn');
    paused = 'user';
    expect((await shell([])).said).toContain('2 runs will not start: the table is stopped');
  });

  test('without a terminal it stays until all is over', async () => {
    const running = shell([], false);
    await expect
      .poll(() => hub.requests.filter(({ line }) => line.endsWith('/tables/b7')).length)
      .toBeGreaterThan(0);
    succeeded = 2;
    const { code, said } = await running;
    expect(code).toBe(0);
    expect(said).toContain('all is over: 2 succeeded');
  });
});
