/** Tells what happens to a table's tasks while somebody sits at the shell: a line when one starts, and one when it ends. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '../../model/queue.ts';
import { isFinal, isLive } from '../../model/task.ts';
import type { Task } from '../../protocol/taskApi.ts';
import { endedRuns, isOver } from '../submit/wait.ts';
import { newestAttempt, outcomeText, tookText, whereText } from '../tasks/taskText.ts';
import { wrapped } from '../text/wrap.ts';
import type { ShellSession } from './session.ts';

const LOOK_EACH_MS = 1000;
/** More that happened between two looks is counted, not listed: a sweep of tiny runs must not flood the screen. */
const LISTED = 8;

/** What was told of a task: which attempt, and whether it was over. */
type Told = Map<string, string>;

/** Looks each second until stopped; a hub that is away is said once. `over` is called each time the last run has ended. */
export function watchTable(session: ShellSession, over: (table: Table) => void): () => void {
  const stopping = new AbortController();
  const told: Told = new Map();
  let revision = '';
  let isAway = false;
  let wasOver = false;

  const look = async (isFirst: boolean): Promise<void> => {
    const { client, tableId } = session;
    const table = await client.call('table', { parameters: { id: tableId } });
    const now = JSON.stringify(table.counts);
    if (now === revision && !isFirst) return;
    revision = now;
    const { tasks } = await client.call('tasks', {
      query: { table: tableId, sort: 'started', descending: 'true', limit: 200 },
    });
    const lines = changes(tasks, told, session, isFirst);
    for (const line of lines.slice(0, LISTED))
      session.say(wrapped(line, session.terminal.columns).join('\n'));
    if (lines.length > LISTED) session.say(session.terminal.words.shell.andMore(lines.length - LISTED));
    const { ended, failed } = endedRuns(table.counts);
    if (isOver(table) && !wasOver) {
      session.say(session.terminal.words.shell.over(ended - failed, failed));
      over(table);
    }
    wasOver = isOver(table);
  };

  const go = async (): Promise<void> => {
    for (let isFirst = true; !stopping.signal.aborted; ) {
      try {
        await look(isFirst);
        isFirst = false;
        isAway = false;
      } catch (failure) {
        if (!isAway && !stopping.signal.aborted)
          session.say(session.terminal.words.shell.away(failure instanceof Error ? failure.message : ''));
        isAway = true;
      }
      await delay(LOOK_EACH_MS, null, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  void go();
  return () => stopping.abort();
}

/** Lines for what is new; the first look tells only what runs, since the rest is old. */
function changes(tasks: readonly Task[], told: Told, { terminal }: ShellSession, isFirst: boolean): string[] {
  const { words, paint } = terminal;
  const nowMs = Date.now();
  const lines: string[] = [];
  for (const task of tasks.toReversed()) {
    const attempt = newestAttempt(task);
    if (!attempt) continue;
    const isOver = attempt.endedAtMs !== null;
    const mark = `${attempt.run}.${attempt.number} ${isOver}`;
    if (told.get(task.id) === mark) continue;
    told.set(task.id, mark);
    if (isFirst && !isLive(task.state)) continue;
    if (!isOver)
      lines.push(`${paint(task.id, 'busy')} ${words.shell.runs(whereText(attempt))}  ${task.name}`);
    else {
      const style = attempt.class === 'ok' ? 'good' : 'bad';
      const again = isFinal(task.state) || attempt.class === 'ok' ? '' : `; ${words.shell.again}`;
      lines.push(
        `${paint(task.id, style)} ${words.taskState.state[attempt.state]} ${words.shell.after(tookText(attempt, nowMs, words))}  ${outcomeText({ ...task, waitingReason: null }, nowMs, words)}${again}`,
      );
    }
  }
  return lines;
}
