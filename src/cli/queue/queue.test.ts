import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import { DEFAULT_SETTINGS } from '../../model/queue.ts';
import type { GpuLedger } from '../../protocol/queueApi.ts';
import { widthOf } from '../text/width.ts';

const GIB = 2 ** 30;
const gpu = (index: number): GpuLedger => ({
  nodeId: 'n1',
  node: 'a-machine-with-a-long-name',
  uuid: `GPU-${index}`,
  index,
  isOn: index !== 1,
  unusable: index === 2 ? 'the memory of t3.1.1, which has ended, did not come back within 60 s' : null,
  trouble: null,
  totalBytes: 80 * GIB,
  externalBytes: 3 * GIB,
  promisedBytes: 20 * GIB,
  headroomBytes: GIB,
  freeBytes: 56 * GIB,
  attempts: [
    { attempt: 't3.1.1', task: 't3', owner: 'alice', promisedBytes: 10 * GIB },
    { attempt: 't4.1.1', task: 't4', owner: 'alice', promisedBytes: 10 * GIB },
  ],
  commands: [{ owner: 'bob', pid: 17, promisedBytes: GIB }],
});

let hub: SaidHub;
beforeEach(async () => {
  hub = await startSaidHub((line) =>
    line === 'GET /api/v1/queue'
      ? {
          revision: 1,
          counts: { running: 2, queued: 7 },
          settings: { ...DEFAULT_SETTINGS, isRunning: false },
          tables: [],
          gpus: [gpu(0), gpu(1), gpu(2)],
        }
      : line.includes('gpus')
        ? { gpus: [] }
        : { settings: DEFAULT_SETTINGS },
  );
});
afterEach(() => hub.stop());

const queue = (...args: string[]) => runCommandLine(['queue', '--hub', hub.url, ...args]);
const bodies = () => hub.requests.filter(({ body }) => body !== null);

describe('flowline queue', () => {
  test('shows counts, who runs on which GPU, and the option beside each setting', async () => {
    const { code, output } = await queue();
    expect(code).toBe(0);
    expect(output).toContain('7 queued, 2 running');
    expect(output).toContain('alice: t3 t4; bob: find (pid 17)');
    expect(output).toMatch(/the queue is paused.*--resume/);
    expect(output).toMatch(/GPUs of one person +no limit +--max-gpus-per-user/);
    expect(output).toContain('infra 5, preempted always, timeout 0');
  });

  test.each([80, 120])('is nowhere wider than %d columns, in both languages', async (columns) => {
    for (const LANG of ['en_US.UTF-8', 'zh_CN.UTF-8']) {
      const { output } = await runCommandLine(['queue', '--hub', hub.url], {
        terminalColumns: columns,
        environment: { FLOWLINE_DATA: '/nowhere', LANG, NO_COLOR: '1' },
      });
      for (const line of output.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    }
  });

  test('changes what is named, and only that', async () => {
    const options = ['--max', '4', '--max-per-gpu', 'none', '--least-free', '10G', '--headroom', 'default'];
    await queue(
      ...options,
      '--strangers',
      'avoid',
      '--resume',
      '--budget',
      'gpu-oom=5',
      '--budget',
      'infra=none',
    );
    expect(bodies()).toMatchObject([{ line: 'PATCH /api/v1/queue' }]);
    expect(bodies()[0]?.body).toEqual({
      isRunning: true,
      maxRunning: 4,
      maxRunningPerGpu: null,
      leastFreeBytes: 10 * GIB,
      headroomBytes: null,
      strangers: 'avoid',
      budgets: { ...DEFAULT_SETTINGS.budgets, gpu_oom: 5, infra: null },
    });
  });

  test('switches GPUs that are named like the table names them', async () => {
    await queue('--off', '0', 'a-machine-with-a-long-name:2', '--on', '1');
    expect(bodies().map(({ body }) => body)).toEqual([
      { gpus: ['GPU-1'], isOn: true },
      { gpus: ['GPU-0', 'GPU-2'], isOn: false },
    ]);
  });

  test('changes nothing where a part of it is wrong', async () => {
    const unknown = await queue('--off', '0', '9', '--max', '3');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.errors).toContain('there are: a-machine-with-a-long-name:0');
    expect((await queue('--on', '0', '--off', '0')).code).toBe(2);
    expect((await queue('--pause', '--resume')).code).toBe(2);
    expect((await queue('--budget', 'ok=1')).code).toBe(2);
    expect(bodies()).toEqual([]);
  });
});
