/** Keeps a role running until somebody wants it to end, then lets it end in order. */
import type { Log } from '../io/log.ts';

/** A role that has not stopped by then is ended: a supervisor's patience (systemd: 90 s) must not run out first. */
const STOP_DEADLINE_MS = 10_000;

/**
 * Waits for SIGINT, SIGTERM or SIGHUP, then stops. A second signal ends at once.
 * @throws what `stop` throws.
 */
export async function untilSignal(stop: () => Promise<void>, log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, resolve);
  });
  log.info({ signal }, 'stopping');
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
  const deadline = setTimeout(() => {
    log.error({}, 'could not stop in time; ending anyway');
    process.exit(1);
  }, STOP_DEADLINE_MS);
  deadline.unref();
  await stop();
  clearTimeout(deadline);
}
