/** Waits until every run of a table is over, and says how far it is; a hub that is away for a while is waited for. */
import { setTimeout as delay } from 'node:timers/promises';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import type { RunCounts, Table } from '../../model/queue.ts';
import { FINAL_STATES, RunState } from '../../model/task.ts';

const LOOK_EACH_MS = 1000;

export interface Waiting {
  /** Told when something changed. */
  progress(table: Table): void;
  /** Told once when the hub does not answer, with why. */
  away(reason: string): void;
}

/** The table when its last run is over. */
export async function waitForTable(client: HubClient, id: string, waiting: Waiting): Promise<Table> {
  let told = '';
  let isAway = false;
  for (;;) {
    try {
      const table = await client.call('table', { parameters: { id } });
      isAway = false;
      if (isOver(table)) return table;
      const now = JSON.stringify(table.counts);
      if (now !== told) waiting.progress(table);
      told = now;
    } catch (failure) {
      if (!(failure instanceof HubFailure) || !isPassing(failure)) throw failure;
      if (!isAway) waiting.away(failure.message);
      isAway = true;
    }
    await delay(LOOK_EACH_MS);
  }
}

const isPassing = ({ code, status }: HubFailure): boolean =>
  code === 'hub-not-reached' || (status !== null && status >= 500);

/** True where none of its runs waits or lives. */
export const isOver = ({ counts }: Pick<Table, 'counts'>): boolean =>
  RunState.options.every((state) => FINAL_STATES.includes(state) || (counts[state] ?? 0) === 0);

/** Runs that are over, however; and those of them that did not succeed. */
export function endedRuns(counts: RunCounts): { ended: number; failed: number } {
  const ended = FINAL_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return { ended, failed: ended - (counts.succeeded ?? 0) };
}
