import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { type MountChildCommand, type MountProber, startMountProber } from './mountProber.ts';

const REAL_CHILD = new URL('./mountChild.ts', import.meta.url).href;
/** As the program's hidden role does it. */
const real = run(`import { runMountChild } from '${REAL_CHILD}'; runMountChild();`);
/** Answers for file servers of which every path with "dead" in it hangs, and has four threads as Node does. */
const withDeadMounts = run(`
  let freeThreads = 4;
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, mountPoint }) => {
    if (mountPoint === '/crash') process.exit(3);
    if (mountPoint.includes('dead')) freeThreads--;
    else if (freeThreads > 0) process.send({ id, totalBytes: 100, usedBytes: process.pid });
  });`);

function run(script: string): MountChildCommand {
  return { file: process.execPath, args: ['--input-type=module', '-e', script] };
}

let prober: MountProber | null = null;
afterEach(async () => {
  await prober?.stop();
  prober = null;
});

test('the real child tells how full this machine’s root is, and why a path has no figures', async () => {
  prober = startMountProber(real);
  const answers = await prober.ask(['/', '/not/there']);
  expect(answers.get('/')).toMatchObject({ state: 'ok', message: null });
  expect(answers.get('/')?.totalBytes).toBeGreaterThan(answers.get('/')?.usedBytes ?? Number.NaN);
  expect(answers.get('/not/there')).toMatchObject({ state: 'failed', totalBytes: null });
  expect(answers.get('/not/there')?.message).toContain('ENOENT');
});

test('a dead mount is unresponsive and hides no other', async () => {
  prober = startMountProber(withDeadMounts, 1000);
  const answers = await prober.ask(['/dead', '/a', '/b', '/c', '/d']);
  expect(answers.get('/dead')).toMatchObject({ state: 'unresponsive', totalBytes: null, usedBytes: null });
  for (const mount of ['/a', '/b', '/c', '/d']) expect(answers.get(mount)?.state).toBe('ok');
  const again = await prober.ask(['/dead', '/a']);
  expect(again.get('/dead')?.state).toBe('unresponsive');
  // The same process: a mount that hangs alone costs no new one.
  expect(again.get('/a')?.usedBytes).toBe(answers.get('/a')?.usedBytes);
});

test('more dead mounts than lanes: the child is replaced, and the living ones are still told', async () => {
  prober = startMountProber(withDeadMounts, 1000);
  const answers = await prober.ask(['/dead1', '/dead2', '/dead3', '/dead4', '/a', '/b']);
  expect([...answers.values()].filter((answer) => answer.state === 'unresponsive')).toHaveLength(4);
  expect(answers.get('/a')?.state).toBe('ok');
  for (let round = 0; round < 3; round++) {
    const again = await prober.ask(['/dead1', '/dead2', '/dead3', '/dead4', '/a', '/b']);
    expect(again.get('/a')?.state).toBe('ok');
    expect(again.get('/b')?.state).toBe('ok');
    expect(again.get('/dead4')?.state).toBe('unresponsive');
  }
});

test('a mount that comes back is told again', async () => {
  prober = startMountProber(
    run(`process.on('message', ({ id, mountPoint }) => {
      setTimeout(() => process.send({ id, totalBytes: 1, usedBytes: 1 }), mountPoint === '/slow' ? 500 : 0);
    }); process.on('disconnect', () => process.exit());`),
    200,
  );
  expect((await prober.ask(['/warm'])).size).toBe(1);
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  expect((await prober.ask(['/slow'])).get('/slow')?.state).toBe('unresponsive');
  const poll = setInterval(async () => {
    const answers = await prober?.ask(['/slow']);
    // Its late answer freed the lane; asked anew it is slow again, and so on.
    if (answers?.get('/slow')?.message?.includes('within')) resolve();
  }, 50);
  await answered;
  clearInterval(poll);
});

test('a child that ends by itself fails its question, and the next round has a new one', async () => {
  prober = startMountProber(withDeadMounts, 2000);
  expect((await prober.ask(['/crash'])).get('/crash')).toMatchObject({ state: 'failed' });
  expect((await prober.ask(['/a'])).get('/a')?.state).toBe('ok');
});

test('a child that cannot be started is said so, for every mount', async () => {
  prober = startMountProber({ file: '/not/there', args: [] }, 500);
  const answers = await prober.ask(['/', '/home', '/a', '/b', '/c']);
  for (const answer of answers.values()) expect(answer).toMatchObject({ state: 'failed', totalBytes: null });
  expect(answers.size).toBe(5);
});

test('the child ends with its prober', async () => {
  prober = startMountProber(withDeadMounts, 1000);
  const pid = (await prober.ask(['/a'])).get('/a')?.usedBytes ?? 0;
  expect(isRunning(pid)).toBe(true);
  await prober.stop();
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 3000 });
});

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}
