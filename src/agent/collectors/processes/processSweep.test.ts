import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { ProcessFacts } from '../sources.ts';
import type { ProcessReader } from './processReader.ts';
import { startProcessSweep } from './processSweep.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

function makeRoot() {
  const root = mkdtempSync(join(tmpdir(), 'flowline-proc-'));
  releases.push(() => rmSync(root, { recursive: true }));
  const folder = (pid: number) => join(root, 'proc', String(pid));
  return {
    root,
    start: (pids: readonly number[]) => {
      for (const pid of pids) mkdirSync(folder(pid), { recursive: true });
    },
    end: (pids: readonly number[]) => {
      for (const pid of pids) rmdirSync(folder(pid));
    },
  };
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

/** A reader that takes so long for each process, and notes the order. */
function makeReader(millisecondsEach: number): ProcessReader & { readonly order: number[] } {
  const order: number[] = [];
  return {
    order,
    readStat: () => null,
    read: () => null,
    readProgram(pid) {
      const startedAtMs = performance.now();
      while (performance.now() - startedAtMs < millisecondsEach);
      order.push(pid);
      return { pid } as ProcessFacts;
    },
    keepOnly() {},
  };
}

test('who started a moment ago is told at once, and who ended no more, without reading the others again', async () => {
  const machine = makeRoot();
  machine.start(range(1, 100));
  const reader = makeReader(0);
  const sweep = startProcessSweep(machine.root, reader, { roundMs: 600_000 });
  releases.push(sweep.stop);
  await sweep.all();
  machine.start([5000]);
  machine.end([7]);
  const pids = (await sweep.all()).map(({ pid }) => pid);
  expect(pids).toContain(5000);
  expect(pids).not.toContain(7);
  await sweep.all();
  expect(reader.order.slice(100)).toEqual([5000]);
});

test('of many that appear at once as many are told as there is patience for, and all within two rounds', async () => {
  const machine = makeRoot();
  machine.start(range(1, 150));
  const sweep = startProcessSweep(machine.root, makeReader(1.2), { roundMs: 1000, patienceMs: 20 });
  releases.push(sweep.stop);
  expect(await sweep.all()).toHaveLength(150);
  machine.start(range(1000, 150));
  const startedAtMs = performance.now();
  const first = await sweep.all();
  expect(first.length).toBeGreaterThan(150);
  expect(first.length).toBeLessThan(300);
  while ((await sweep.all()).length < 300) {
    expect(performance.now() - startedAtMs).toBeLessThan(6000);
    await delay(5);
  }
}, 10_000);

test('at rest a round takes many times as long, and who asks then still gets a list that is hardly old', async () => {
  const machine = makeRoot();
  machine.start(range(1, 100));
  const reader = makeReader(0);
  const sweep = startProcessSweep(machine.root, reader, { roundMs: 100, patienceMs: 5000 });
  releases.push(sweep.stop);
  await sweep.all();
  // As long as a list is kept new that was asked for, and as long again.
  await delay(1200);
  const before = reader.order.length;
  await delay(1200);
  // Less than half a round at rest; they would be twelve.
  expect(reader.order.length - before).toBeLessThan(100);
  for (const pid of range(5000, 5)) {
    machine.start([pid]);
    // Two rounds as they are while somebody asks: a fifteenth of one at rest.
    await delay(201);
    expect((await sweep.all()).map((process) => process.pid)).toContain(pid);
    await delay(1200);
  }
}, 20_000);

test('who is new is read before those that were known, and who ended is told no more', async () => {
  const machine = makeRoot();
  machine.start(range(1, 100));
  const reader = makeReader(0);
  const sweep = startProcessSweep(machine.root, reader, { roundMs: 200 });
  releases.push(sweep.stop);
  await sweep.all();
  machine.start([5000]);
  machine.end([7]);
  const deadlineMs = performance.now() + 5000;
  // Nobody asks meanwhile: the round finds it by itself.
  while (!reader.order.includes(5000)) {
    expect(performance.now()).toBeLessThan(deadlineMs);
    await delay(5);
  }
  const place = reader.order.indexOf(5000);
  while (reader.order.length < place + 100) {
    expect(performance.now()).toBeLessThan(deadlineMs);
    await delay(5);
  }
  // At the head of its round: the 99 that were known all follow before any comes again.
  expect(new Set(reader.order.slice(place, place + 100)).size).toBe(100);
  expect((await sweep.all()).map(({ pid }) => pid)).not.toContain(7);
});
