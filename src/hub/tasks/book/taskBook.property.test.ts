/** The book under anything that may happen to it, in any order, with restarts between: what must hold always. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bookBed, from, given, row, said, submit, verdict } from '../../../../test/support/bookBed.ts';
import { isFinal, isLive, RunState } from '../../../model/task.ts';
import type { AttemptReport } from '../../../protocol/supervision.ts';
import type { TaskBook } from './taskBook.ts';

/** An attempt as its node has it. */
interface OnNode {
  attemptId: string;
  fence: AttemptReport['fence'];
  node: string;
  sequence: number;
  last: AttemptReport | null;
}

const pick = fc.nat({ max: 1000 });
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rows' as const),
      count: fc.integer({ min: 1, max: 3 }),
      need: fc.nat({ max: 3 }),
      done: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('lease' as const),
      pick,
      node: fc.constantFrom('node-1', 'node-2'),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      pick,
      state: fc.constantFrom('starting', 'running', 'stopping', 'ended', 'ended', 'never-started' as const),
      class: fc.constantFrom('ok', 'ok', 'program', 'gpu_oom', 'infra', 'user_kill', 'timeout' as const),
      again: fc.boolean(),
      isImpossible: fc.boolean(),
      cardsFree: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('repeat' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('foreign' as const),
      pick,
      task: fc.integer({ min: 1, max: 12 }),
      run: fc.integer({ min: 1, max: 4 }),
      attempt: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('silent' as const), node: fc.constantFrom('node-1', 'node-2') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gone' as const), pick, again: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'kill',
        'hold',
        'release',
        'retry',
        'removed',
        'returned',
        'impossible',
        'first' as const,
      ),
      pick,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('need' as const), pick, need: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('written' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('kill' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

const isSoak = process.env.FLOWLINE_SOAK === 'true';

test.each([
  { where: 'in memory', runs: isSoak ? 2000 : 40 },
  { where: 'on a disk, with restarts', runs: isSoak ? 300 : 6 },
])(
  'whatever happens $where: one live attempt a run, a success counted once, counts as a naive recount',
  {
    timeout: 1_200_000,
  },
  async ({ where, runs }) => {
    const isKept = where !== 'in memory';
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
        const bed = bookBed();
        let book = await bed.open(isKept);
        try {
          const { table } = book.createTable(submit([], { isComplete: false }));
          const attempts: OnNode[] = [];
          const successes = new Map<string, number>();
          const killed = new Set<string>();
          let nextRow = 1;
          for (const now of steps) {
            bed.clock.pass(1000);
            const tasks = table.number === 1 ? (book.table(1)?.tasks ?? []) : [];
            const task = 'pick' in now && tasks.length > 0 ? tasks[now.pick % tasks.length] : undefined;
            const onNode =
              'pick' in now && attempts.length > 0 ? attempts[now.pick % attempts.length] : undefined;
            switch (now.do) {
              case 'rows': {
                const more = Array.from({ length: now.count }, () =>
                  row(nextRow++, { needRunNum: now.need, runNum: now.done }),
                );
                book.addRows(1, nextRow, more, false);
                break;
              }
              case 'lease': {
                if (!task) break;
                const lease = book.lease(task.number, given({ nodeId: now.node }));
                expect(lease !== null).toBe(lease === null ? false : task.state === 'starting');
                if (lease) attempts.push({ ...lease, node: now.node, sequence: 0, last: null });
                break;
              }
              case 'report': {
                if (!onNode) break;
                // What is over says nothing new; the repeat below says it again.
                if (onNode.last?.state === 'ended' || onNode.last?.state === 'never-started') break;
                onNode.sequence += 1;
                onNode.last = said(onNode, now.state, onNode.sequence, {
                  cardsFree: now.cardsFree,
                  class: now.class,
                });
                let asked = 0;
                const wasKilled = book.live().get(onNode.attemptId)?.stop?.reason === 'user';
                const outcome = book.report(from(onNode.node), onNode.last, () => {
                  asked += 1;
                  return verdict({ class: now.class, again: now.again, isImpossible: now.isImpossible });
                });
                if (asked > 0 && now.class === 'ok')
                  successes.set(onNode.attemptId, (successes.get(onNode.attemptId) ?? 0) + 1);
                if (asked > 0 && wasKilled) killed.add(onNode.attemptId);
                if (asked > 0 && wasKilled && outcome.kind === 'applied')
                  expect(outcome.task.state).not.toBe('queued');
                break;
              }
              case 'repeat': {
                if (!onNode?.last) break;
                const isOver = !book.live().has(onNode.attemptId);
                const outcome = book.report(from(onNode.node), onNode.last, () => {
                  throw new Error('a repeated report is no second end');
                });
                if (isOver) expect(['known', 'superseded']).toContain(outcome.kind);
                break;
              }
              case 'foreign': {
                // A node that speaks of what was never leased to it, with fences of the past: nothing may change.
                const before = dump(book);
                const attemptId = `t${now.task}.${now.run}.${now.attempt}`;
                const known = book.live().get(attemptId);
                const outcome = book.report(
                  from('node-3'),
                  said({ attemptId, fence: { epoch: 0, number: 0 } }, 'ended', 1000),
                  () => verdict(),
                );
                if (known || outcome.kind !== 'adopted') expect(dump(book)).toEqual(before);
                else successes.set(attemptId, 1);
                break;
              }
              case 'silent':
                book.nodeSilent(now.node);
                break;
              case 'gone':
                if (onNode) book.gone(onNode.attemptId, verdict({ class: 'infra', again: now.again }), null);
                break;
              case 'kill':
                if (task) book.kill(task.number, 'alice', null);
                break;
              case 'hold':
                if (task) book.hold(task.number, 'alice');
                break;
              case 'release':
                if (task) book.release(task.number, 'alice');
                break;
              case 'retry':
                if (task) book.retry(task.number, 'alice');
                break;
              case 'removed':
                if (task) book.rowRemoved(task.number);
                break;
              case 'returned':
                if (task) book.rowReturned(task.number);
                break;
              case 'impossible':
                if (task) book.impossible(task.number, { kind: 'no-card', asked: null });
                break;
              case 'first':
                if (task) book.move([task.number], 'first', 'alice');
                break;
              case 'need':
                if (task) book.edit(task.number, { needRunNum: now.need }, 'alice');
                break;
              case 'written': {
                const { revision } = book.unwritten(1, now.pick % 3);
                book.written(1, revision, null);
                break;
              }
              case 'restart': {
                if (!isKept) break;
                const before = dump(book);
                await book.stop();
                book = await bed.open();
                expect(dump(book)).toEqual(before);
                break;
              }
            }
            expectSound(book, successes);
          }
          if (!isKept) return;
          const before = dump(book);
          await book.stop();
          book = await bed.open();
          expect(dump(book)).toEqual(before);
        } finally {
          await book.stop();
          bed.remove();
        }
      }),
      { numRuns: runs },
    );
  },
);

/** Everything that must be the same after a restart. */
function dump(book: TaskBook) {
  return {
    tasks: [...(book.table(1)?.tasks ?? [])].map(({ table: _table, live, revision: _revision, ...task }) => ({
      ...task,
      live: live?.id ?? null,
    })),
    live: [...book.live().values()]
      .map(({ task, ...live }) => ({ ...live, task: task.number }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    counts: book.counts(),
    table: book.table(1)?.counts,
    unwritten: book.unwritten(1, 1000),
  };
}

/** In plain comparisons: this is asked after every step. */
function expectSound(book: TaskBook, successes: ReadonlyMap<string, number>): void {
  const table = book.table(1);
  const tasks = table?.tasks ?? [];
  const wrong: string[] = [];
  const same = (what: string, one: unknown, other: unknown): void => {
    if (one !== other) wrong.push(`${what}: ${one} is not ${other}`);
  };
  for (const state of RunState.options) {
    const naive = tasks.filter((task) => task.state === state);
    same(`counts of ${state}`, book.counts()[state], naive.length);
    same(`counts of ${state} in the table`, table?.counts[state], naive.length);
    same(`tasks that are ${state}`, book.inState(state).size, naive.length);
    for (const task of naive) same(`t${task.number} among them`, book.inState(state).has(task), true);
  }
  same('rows that are not over', book.openRows(null), tasks.filter(({ state }) => !isFinal(state)).length);
  const sum = (of: 'needRunNum' | 'runNum'): number => tasks.reduce((total, task) => total + task[of], 0);
  same('runs wanted', table?.needRuns, sum('needRunNum'));
  same('runs that succeeded', table?.doneRuns, sum('runNum'));
  const lives = [...book.live().values()].filter((live) => !live.isReturning);
  same('tasks with a live attempt', new Set(lives.map((live) => live.task)).size, lives.length);
  for (const task of tasks) {
    same(`t${task.number} is alive`, isLive(task.state), task.live !== null);
    if (task.live) same(`attempt of t${task.number}`, book.live().get(task.live.id), task.live);
  }
  for (const [attempt, times] of successes) same(`successes of ${attempt}`, times, 1);
  expect(wrong).toEqual([]);
}
