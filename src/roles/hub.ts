/** `flowline hub`: the hub alone; machines join it with `flowline agent`. */
import type { RoleOptions } from '../cli/context.ts';
import { openLog } from '../io/log.ts';
import { runHub } from './runHub.ts';
import { startingWords } from './startingWords.ts';
import type { Surroundings } from './surroundings.ts';
import { untilSignal } from './untilSignal.ts';
import { hubOptionFor, welcome } from './welcome.ts';

/** Runs until a signal. */
export async function runHubRole(options: RoleOptions, surroundings: Surroundings): Promise<void> {
  const log = openLog(options.logLevel);
  await untilSignal(log, async (stopping) => {
    const running = await runHub(options, surroundings, log);
    stopping.add(running.stop);
    const words = startingWords(surroundings);
    const { printsToLog } = surroundings;
    surroundings.print(
      `${welcome(running, options.listen, { printsToLog, words, what: words.joiningMachines })}\n  ${words.letJoin(hubOptionFor(running))}`,
    );
  });
}
