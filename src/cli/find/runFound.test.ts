import { afterEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../../test/support/commandLine.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let hub: SaidHub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

const promise = { id: 'find-1', gpus: [{ uuid: 'GPU-a', index: 3 }], promisedBytes: null };
const none = { promise: null, waitingReason: 'GPU 3: 12 GiB short', waiting: null };

describe('find with a command', () => {
  test('does not go with --json or --spread, and needs a command after its --', async () => {
    expect(await runCommandLine(['find', '--json', '--', 'true'])).toMatchObject({ code: 2, output: '' });
    expect((await runCommandLine(['find', '--spread', '--', 'true'])).errors).toContain('--spread');
    expect((await runCommandLine(['find', '--'])).code).toBe(2);
  });

  test('on a machine that no hub could know says what to start', async () => {
    const told = await runCommandLine(['find', '--', 'true'], { machineId: async () => null });
    expect(told).toMatchObject({ code: 1 });
    expect(told.errors).toContain('flowline up');
  });

  test('asks again with the same key, tells a reason once, keeps the promise with its pid and gives it back', async () => {
    const answers = [none, none, { promise, waitingReason: null, waiting: null }];
    hub = await startSaidHub((line) => (line === 'POST /api/v1/promises' ? answers.shift() : {}));
    const { requests } = hub;
    let given: Record<string, string | undefined> = {};
    const result = await runCommandLine(
      ['find', '--hub', hub.url, '--memory', '20G', '--', 'python', 'train.py'],
      {
        runHere: async (argv, environment, started) => {
          expect(argv).toEqual(['python', 'train.py']);
          given = environment;
          started(4711);
          await waitFor('it to be kept', () => requests.some(({ line }) => line.startsWith('PATCH')));
          return { exitCode: 5, failure: null };
        },
      },
    );
    expect(result).toMatchObject({ code: 5, output: '' });
    expect(result.errors.match(/12 GiB short/g)).toHaveLength(1);
    expect(given).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-a', FLOWLINE_GPUS: '3' });
    expect(requests[0]?.body).toMatchObject({ gpus: 1, memoryBytes: 20 * 2 ** 30, machineId: 'machine' });
    expect(requests.slice(3).map(({ line, body }) => [line, body])).toEqual([
      ['PATCH /api/v1/promises/find-1', { pid: 4711 }],
      ['DELETE /api/v1/promises/find-1', null],
    ]);
  });

  test('given up while it waits, leaves the line, and gives back what it was given in that moment', async () => {
    hub = await startSaidHub((line, body) => {
      if (line !== 'POST /api/v1/promises') return {};
      const isLast = (body as { waitMs: number }).waitMs === 0;
      return isLast ? { promise, waitingReason: null, waiting: null } : none;
    });
    const { requests } = hub;
    const result = await runCommandLine(['find', '--hub', hub.url, '--', 'true'], {
      onEndSignal(call) {
        void waitFor('a reason to be told', () => requests.length > 0).then(() => call(130));
        return () => undefined;
      },
    });
    expect(result.code).toBe(130);
    expect(requests.at(-1)?.line).toBe('DELETE /api/v1/promises/find-1');
  });
});
