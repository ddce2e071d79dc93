/** Deadlines, pauses and ends of the driver's process, with a child and a clock of our own. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChildListener, StartChild } from './childProcess.ts';
import { type ChildKeeper, type KeeperListener, keepChild, keeperTimes } from './keepChild.ts';
import type { ChildMessage, SampleMessage } from './messages.ts';

const ready = { say: 'ready', version: '570.86.15', cudaVersion: '12.8' } as const;
const sample: SampleMessage = { say: 'sample', takenAtMs: 1, gpus: [], refusedFigures: {} };
const request = { ask: 'sample', slow: true, pcieGpus: 1 } as const;

interface Nursery {
  start: StartChild;
  /** The child started last speaks, or ends. */
  say(message: ChildMessage): void;
  end(how?: string): void;
  alive: Set<ChildListener>;
  started: number;
  kills: number;
  abandoned: number;
  troubles: string[];
  messages: string[];
}

/** Children that do nothing by themselves. */
function createNursery(): Nursery {
  let listener: ChildListener | null = null;
  const nursery: Nursery = {
    alive: new Set(),
    started: 0,
    kills: 0,
    abandoned: 0,
    troubles: [],
    messages: [],
    start: (started) => {
      nursery.started += 1;
      listener = started;
      nursery.alive.add(started);
      return {
        pid: 4000 + nursery.started,
        ask: () => {},
        close: () => {},
        kill: () => {
          nursery.kills += 1;
        },
        abandon: () => {
          nursery.abandoned += 1;
        },
      };
    },
    say: (message) => listener?.onMessage(message),
    end: (how = 'ended by SIGKILL') => {
      const ending = listener;
      if (ending === null) return;
      listener = null;
      nursery.alive.delete(ending);
      ending.onEnd(how);
    },
  };
  return nursery;
}

describe('the keeper of the driver process', () => {
  let nursery: Nursery;
  let keeper: ChildKeeper;
  let samples: number;
  let signs: () => Promise<string>;

  beforeEach(() => {
    vi.useFakeTimers();
    nursery = createNursery();
    samples = 0;
    signs = async () => 'none';
    const listener: KeeperListener = {
      onReady: () => {},
      onSample: () => {
        samples += 1;
      },
      onTrouble: (state, { message }) => {
        nursery.troubles.push(state);
        nursery.messages.push(message);
      },
    };
    keeper = keepChild(nursery.start, keeperTimes, listener, () => signs());
  });
  afterEach(() => vi.useRealTimers());

  test('waits 60 s for the library to open, and then calls the driver unresponsive', () => {
    vi.advanceTimersByTime(59_999);
    expect(nursery.troubles).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(nursery.troubles).toEqual(['unresponsive']);
    expect(nursery.kills).toBe(1);
  });

  test('waits 5 s for a sample, and then ends the child', () => {
    nursery.say(ready);
    keeper.ask(request);
    vi.advanceTimersByTime(4_999);
    expect([nursery.troubles, nursery.kills]).toEqual([[], 0]);
    vi.advanceTimersByTime(1);
    expect([nursery.troubles, nursery.kills]).toEqual([['unresponsive'], 1]);
    expect(nursery.messages[0]).toContain('has not answered for 5 s');
  });

  test('never starts a second child while the first one cannot be ended, and says that it is stuck', () => {
    nursery.say(ready);
    keeper.ask(request);
    vi.advanceTimersByTime(3_600_000);
    expect(nursery.started).toBe(1);
    expect(nursery.messages.at(-1)).toContain('process 4001 is stuck in the kernel');
    nursery.end();
    vi.advanceTimersByTime(1_000);
    expect([nursery.started, nursery.alive.size]).toEqual([2, 1]);
  });

  test('starts a new child after 1, 2, 4, and then every 8 s', () => {
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      nursery.end('ended by SIGSEGV');
      const before = nursery.started;
      let waitedMs = 0;
      while (nursery.started === before) {
        vi.advanceTimersByTime(500);
        waitedMs += 500;
      }
      pauses.push(waitedMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(nursery.messages[0]).toContain('ended by SIGSEGV');
  });

  describe.each(['absent', 'mismatch', 'failed'] as const)('where a trouble lasts (%s)', (state) => {
    function findNone(): void {
      nursery.say({ say: 'trouble', state, isLasting: true, message: 'no library', remarks: [] });
      nursery.end('ended by exit code 0');
    }

    test('starts a child once a minute as long as there is no sign of one', async () => {
      findNone();
      await vi.advanceTimersByTimeAsync(59_999);
      expect(nursery.started).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(nursery.started).toBe(2);
      findNone();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(nursery.started).toBe(3);
    });

    test('starts one within 8 s of the first sign', async () => {
      findNone();
      await vi.advanceTimersByTimeAsync(20_000);
      signs = async () => 'a library';
      await vi.advanceTimersByTimeAsync(8_000);
      expect(nursery.started).toBe(2);
    });

    test('starts one after a minute also where looking for signs hangs', async () => {
      findNone();
      await vi.advanceTimersByTimeAsync(20_000);
      signs = () => new Promise(() => {});
      await vi.advanceTimersByTimeAsync(40_000);
      expect(nursery.started).toBe(2);
    });

    test('looks no more once it is stopped', async () => {
      findNone();
      await keeper.stop();
      signs = async () => 'a library';
      await vi.advanceTimersByTimeAsync(120_000);
      expect(nursery.started).toBe(1);
    });
  });

  test('begins again with 1 s after a sample, not after a mere ready', () => {
    for (let round = 0; round < 5; round++) {
      nursery.end();
      vi.advanceTimersByTime(8_000);
      nursery.say(ready);
    }
    keeper.ask(request);
    nursery.say(sample);
    const before = nursery.started;
    nursery.end();
    vi.advanceTimersByTime(999);
    expect(nursery.started).toBe(before);
    vi.advanceTimersByTime(1);
    expect(nursery.started).toBe(before + 1);
  });

  test('a driver that answers again is heard within 15 s, however long it hung', () => {
    for (let round = 0; round < 4; round++) {
      vi.advanceTimersByTime(60_000);
      nursery.end();
      vi.advanceTimersByTime(8_000);
    }
    // Hanging since its start; now the driver answers.
    nursery.say(ready);
    keeper.ask(request);
    nursery.say(sample);
    expect(samples).toBe(1);
  });

  test('what a child says after its deadline is not believed', () => {
    nursery.say(ready);
    keeper.ask(request);
    vi.advanceTimersByTime(5_000);
    nursery.say(sample);
    expect([samples, keeper.phase()]).toEqual([0, 'ending']);
  });

  test('trouble that the child tells is passed on, and a child that does not end by itself is ended', () => {
    nursery.say({ say: 'trouble', state: 'mismatch', isLasting: false, message: 'reboot', remarks: [] });
    expect([nursery.troubles, nursery.messages]).toEqual([['mismatch'], ['reboot']]);
    vi.advanceTimersByTime(5_000);
    expect(nursery.kills).toBe(1);
    nursery.end();
    expect(nursery.troubles).toEqual(['mismatch']);
    vi.advanceTimersByTime(1_000);
    expect(nursery.started).toBe(2);
  });

  test('stop closes the channel, kills after a while, and leaves a stuck child behind', async () => {
    const stopped = keeper.stop();
    await vi.advanceTimersByTimeAsync(499);
    expect(nursery.kills).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(nursery.kills).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    await stopped;
    expect(nursery.abandoned).toBe(1);
    nursery.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(nursery.started).toBe(1);
  });

  test('stop during a pause starts nobody any more', async () => {
    nursery.end();
    await keeper.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(nursery.started).toBe(1);
  });
});
