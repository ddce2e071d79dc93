/** When a promise of `find … -- COMMAND` ends by itself, over a book that only remembers promises. */
import { expect, test } from 'vitest';
import { Lineup } from '../../scheduling/lineup.ts';
import type { Start } from '../../scheduling/plan.ts';
import type { StoredPromise, TaskBook } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';
import { promises } from './promises.ts';

function bed() {
  const kept = new Map<string, StoredPromise>();
  const lineup = new Lineup();
  const book = {
    promises: () => kept,
    keepPromise: (promise: StoredPromise) => kept.set(promise.id, promise),
    endPromise: (id: string) => kept.delete(id),
  } as unknown as TaskBook;
  const ledgers = {
    followPromise: () => {},
    promiseEnding: (_id: string, ended: () => void) => ended(),
  } as unknown as CardLedgers;
  const all = promises(
    book,
    lineup,
    ledgers,
    () => () => {},
    () => {},
    0,
  );
  const id =
    all.wish({ owner: 'alice', gpus: 1, memoryBytes: null, model: null, nodeId: 'n', key: null }, 0) ?? '';
  const run = all.waiting(id);
  if (!run) throw new Error('it does not wait');
  all.give({ run, node: 'n', nodeName: 'n', gpus: [], isWarmUp: false } satisfies Start, 0);
  return { all, id };
}

test('a promise that is kept alive and never names a process gives its cards back after a minute', () => {
  const { all, id } = bed();
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 10_000) {
    expect(all.keep(id, null, nowMs)).toBe(true);
    all.sweep(nowMs);
  }
  all.sweep(61_000);
  expect(all.given(id)).toBeNull();
});

test('one with a process lasts as long as somebody says that it lives, and 30 s more', () => {
  const { all, id } = bed();
  for (let nowMs = 0; nowMs <= 200_000; nowMs += 20_000) {
    all.keep(id, 4711, nowMs);
    all.sweep(nowMs);
  }
  all.sweep(230_000);
  expect(all.given(id)).toMatchObject({ pid: 4711 });
  all.sweep(230_001);
  expect(all.given(id)).toBeNull();
});
