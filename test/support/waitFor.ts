/** Waiting for a condition instead of for a second. */

/** Of journeys more than of others (vitest.config.ts). */
const PATIENCE_MS = Number(process.env.FLOWLINE_TEST_PATIENCE_MS ?? 15_000);

/**
 * Asks until the answer is neither null, undefined nor false, then gives it.
 * @throws after `withinMs`, with what was waited for.
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs = PATIENCE_MS,
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = Date.now() + withinMs;
  let problem: unknown = null;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false)
        return answer as Exclude<T, null | undefined | false>;
    } catch (failure) {
      problem = failure;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${withinMs} ms for ${what}${problem ? `; last: ${String(problem)}` : ''}`);
}
