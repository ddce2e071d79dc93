import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let bed: SupervisorBed;
beforeEach(async () => {
  bed = await openSupervisorBed();
});
afterEach(() => bed.close());

describe('an attempt', () => {
  test('is executed, and its end and output are told', async () => {
    const lease = leaseOf('t1.1.1', { kind: 'argv', words: ['echo', 'hello world', "it's"] });
    expect(await bed.supervisor.launch(lease)).toEqual({ kind: 'launched' });
    const over = await bed.untilOver('t1.1.1');
    expect(over).toMatchObject({ state: 'ended', exitCode: 0, class: 'ok', signal: null, cardsFree: true });
    expect(over.startedAtMs).toBeGreaterThan(Date.now() - 10_000);
    expect(over.endedAtMs).toBeGreaterThanOrEqual(over.startedAtMs ?? 0);
    expect(await bed.log('t1.1.1')).toBe("hello world it's\n");
    expect(await bed.log('t1.1.1', 'err')).toBe('');
  });

  test('keeps its files to itself', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'echo secret; sleep 30'));
    const modes = [
      'attempts',
      'logs',
      'attempts/t1.1.1',
      'attempts/t1.1.1/lease.json',
      'logs/t1',
      'logs/t1/1.1.out',
    ].map((path) => (statSync(join(bed.folder, path)).mode & 0o777).toString(8));
    expect(modes).toEqual(['700', '700', '700', '600', '700', '600']);
  });

  test('is forgotten once its end is acknowledged, its environment before, its logs never', async () => {
    await bed.supervisor.launch(
      leaseOf('t1.1.1', 'echo done', { environment: { PATH: '/usr/bin:/bin', KEY: 'very-secret' } }),
    );
    const { attempt, fence, sequence } = await bed.untilOver('t1.1.1');
    const lease = join(bed.folder, 'attempts/t1.1.1/lease.json');
    await waitFor('the environment to be gone', () => !readFileSync(lease, 'utf8').includes('very-secret'));
    bed.supervisor.acknowledge([{ attempt, fence, sequence: sequence - 1 }]);
    expect(bed.supervisor.inventory().reports).toHaveLength(1);
    bed.supervisor.acknowledge([{ attempt, fence, sequence }]);
    expect(bed.supervisor.inventory().reports).toEqual([]);
    await waitFor('the folder to be gone', () => !existsSync(join(bed.folder, 'attempts/t1.1.1')));
    expect(await bed.log('t1.1.1')).toBe('done\n');
  });

  test('is told again until it is acknowledged', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'true'));
    await bed.untilOver('t1.1.1');
    const told = () => bed.reports.filter(({ state }) => state === 'ended').length;
    await waitFor('the second telling', () => told() >= 2);
  });

  test.each([
    ['its exit code', 'exit 3', { exitCode: 3, signal: null, class: 'program' }],
    ['a signal', 'kill -SEGV $$', { exitCode: 139, signal: 'SIGSEGV', class: 'program' }],
    ['SIGKILL from outside', 'kill -9 $$', { exitCode: 137, signal: 'SIGKILL', class: 'host_oom' }],
    ['a command that is not there', 'exec no-such-program', { exitCode: 127, class: 'program' }],
  ])('tells %s', async (_, script, expected) => {
    await bed.supervisor.launch(leaseOf('t1.1.1', script));
    expect(await bed.untilOver('t1.1.1')).toMatchObject(expected);
  });

  test('tells every exit code as it is', async () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    await Promise.all(
      codes.map((code) => bed.supervisor.launch(leaseOf(`t${code + 1}.1.1`, `exit ${code}`))),
    );
    for (const code of codes) expect((await bed.untilOver(`t${code + 1}.1.1`)).exitCode).toBe(code);
  }, 60_000);

  test('is given its environment, its facts and no credential', async () => {
    const environment = {
      PATH: '/usr/bin:/bin',
      FLOWLINE_TOKEN: 'fl_a',
      FLOWLINE_JOIN_TOKEN: 'fl_b',
      CUDA_VISIBLE_DEVICES: '7',
      LD_LIBRARY_PATH: '/opt/x',
    };
    const lease = leaseOf('t42.2.3', 'env; pwd; echo "$1"', {
      environment,
      workingDirectory: '/usr',
      parameters: [['lr', "0.1; rm -rf '$HOME'"]],
    });
    await bed.supervisor.launch({
      ...lease,
      command: { kind: 'shell', script: 'env; pwd; echo "$1"', parameters: ["a'b $(id)"] },
    });
    await bed.untilOver('t42.2.3');
    const lines = (await bed.log('t42.2.3')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'FLOWLINE_TASK=t42',
        'FLOWLINE_RUN=2',
        'FLOWLINE_ATTEMPT=3',
        'FLOWLINE_ATTEMPT_ID=t42.2.3',
        'FLOWLINE_GPUS=',
        'CUDA_VISIBLE_DEVICES=',
        'CUDA_DEVICE_ORDER=PCI_BUS_ID',
        'PYTHONUNBUFFERED=1',
        'LD_LIBRARY_PATH=/opt/x',
        'PWD=/usr',
        "FLOWLINE_PARAMETER_lr=0.1; rm -rf '$HOME'",
        '/usr',
        "a'b $(id)",
      ]),
    );
    expect(lines.filter((line) => /TOKEN|_fl_|OLDPWD/.test(line))).toEqual([]);
  });

  test('keeps exported functions of bash, which a POSIX shell would drop', async () => {
    const environment = { PATH: '/usr/bin:/bin', 'BASH_FUNC_module%%': '() { echo loaded $1; }' };
    await bed.supervisor.launch(
      leaseOf('t1.1.1', { kind: 'argv', words: ['bash', '-c', 'module cuda'] }, { environment }),
    );
    await bed.untilOver('t1.1.1');
    expect(await bed.log('t1.1.1')).toBe('loaded cuda\n');
  });
});

describe('is refused', () => {
  test.each([
    ['without its working directory', { workingDirectory: '/no/such/folder' }, 'working-directory'],
    ['as another user', { owner: 'somebody else' }, 'owner'],
    ['for a card that is not here', { gpus: [{ uuid: 'GPU-1', index: 0, promisedBytes: null }] }, 'not-here'],
    [
      'with more than the kernel takes',
      {
        environment: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`V${n}`, 'x'.repeat(100_000)])),
      },
      'command',
    ],
    ['without a program', { command: { kind: 'argv' as const, words: ['-c'] } }, 'command'],
  ])('%s', async (_, other, code) => {
    expect(await bed.supervisor.launch(leaseOf('t1.1.1', 'true', other))).toMatchObject({
      kind: 'refused',
      code,
    });
    expect(bed.supervisor.inventory().reports).toEqual([]);
    // A report beside the answer would have the run queued again at once, without its reason.
    expect(bed.reports).toEqual([]);
    expect(readdirSync(join(bed.folder, 'attempts')).filter((name) => name.startsWith('t'))).toEqual([]);
  });
});

test('two hundred attempts at once all end as they should', async () => {
  const ids = Array.from({ length: 200 }, (_, n) => `t${n + 1}.1.1`);
  const answers = await Promise.all(
    ids.map((id, n) => bed.supervisor.launch(leaseOf(id, `echo ${n}; exit ${n % 3}`))),
  );
  expect(answers.filter(({ kind }) => kind !== 'launched')).toEqual([]);
  for (const [n, id] of ids.entries()) {
    expect((await bed.untilOver(id, 60_000)).exitCode).toBe(n % 3);
    expect(await bed.log(id)).toBe(`${n}\n`);
  }
}, 90_000);
