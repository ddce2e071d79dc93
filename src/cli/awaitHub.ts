/** Patience with a hub that was started in the line before: `flowline hub & flowline token create …`. */
import { setTimeout as delay } from 'node:timers/promises';
import { isThisMachine } from '../io/ownAddress.ts';
import { isRefused } from '../io/refused.ts';
import type { CommandContext } from './context.ts';
import { checkHubUrl } from './options.ts';
import { terminalOf } from './text/terminal.ts';

const PATIENCE_MS = 5000;
const QUIET_MS = 1000;
const LOOK_EACH_MS = 100;

/** Waits up to 5 s until a hub of this machine listens, and says so after 1 s. Whether it came is told by the next call. */
export async function awaitHub(context: CommandContext, hub: string): Promise<void> {
  const { hostname, port, origin } = new URL(checkHubUrl(hub, context));
  if (!(await isThisMachine(hostname))) return;
  const startedAtMs = performance.now();
  let isTold = false;
  while (await isRefused(hostname, Number(port || 80))) {
    const waitedMs = performance.now() - startedAtMs;
    if (waitedMs > PATIENCE_MS) return;
    if (waitedMs > QUIET_MS && !isTold) {
      isTold = true;
      context.printError(terminalOf(context).words.token.waiting(origin));
    }
    await delay(LOOK_EACH_MS);
  }
}
