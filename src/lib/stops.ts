/** Clean up in the order that was set up, reversed: every start adds its stop here. */

export type Stop = () => void | Promise<void>;

export interface Stops {
  add(stop: Stop): void;
  /** Runs every stop once, newest first; a stop that fails does not keep the others from running. */
  stop(): Promise<void>;
}

/**
 * Collects stops.
 * @throws AggregateError from `stop()` when some failed, after all have run.
 */
export function stops(): Stops {
  let collected: Stop[] = [];
  return {
    add: (stop) => {
      collected.push(stop);
    },
    async stop() {
      const toRun = collected.reverse();
      collected = [];
      const failures: unknown[] = [];
      for (const stop of toRun) {
        try {
          await stop();
        } catch (failure) {
          failures.push(failure);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'could not stop everything');
    },
  };
}
