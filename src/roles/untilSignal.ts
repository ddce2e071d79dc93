/** Runs a role from its start until somebody wants it to end, then lets it end in order. */
import type { Log } from '../io/log.ts';
import { type Stops, stops } from '../lib/stops.ts';

/** A role that has not stopped by then is ended: a supervisor's patience (systemd: 90 s) must not run out first. */
const STOP_DEADLINE_MS = 10_000;
const SAME_WISH_MS = 500;

/**
 * Starts a role, waits for SIGINT, SIGTERM or SIGHUP, then runs what `start` added to its stops. A signal that comes
 * while it starts is kept until it has started; a second one ends at once.
 * @throws what `start` throws, after everything that was started is stopped.
 */
export async function untilSignal(log: Log, start: (stopping: Stops) => Promise<void>): Promise<void> {
  let firstAtMs: number | null = null;
  const wanted = new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // A terminal tells every process of the group, and bin/flowline.mjs passes its own on: that is one wish, not two.
        if (firstAtMs !== null && performance.now() - firstAtMs > SAME_WISH_MS) process.exit(1);
        firstAtMs ??= performance.now();
        resolve(name);
      });
    }
  });
  const stopping = stops();
  try {
    await start(stopping);
  } catch (failure) {
    await stopping.stop();
    throw failure;
  }
  log.info({ signal: await wanted }, 'stopping');
  const deadline = setTimeout(() => {
    log.error({}, 'could not stop in time; ending anyway');
    process.exit(1);
  }, STOP_DEADLINE_MS);
  await stopping.stop();
  clearTimeout(deadline);
}
