import { describe, expect, test } from 'vitest';
import {
  GIB,
  imaginedInput,
  imaginedLive,
  imaginedNode,
  imaginedRun,
  lineupOf,
  liveAfter,
  startsIn,
} from '../../test/support/imaginedFacts.ts';
import { DEFAULT_SETTINGS } from '../model/queue.ts';
import { passThrough, plan } from './plan.ts';

const settings = (change: Partial<typeof DEFAULT_SETTINGS>) => ({ ...DEFAULT_SETTINGS, ...change });
const atlas = imaginedNode('atlas', 2);

describe('placement', () => {
  test('four starts within one decision do not all go to the same card', () => {
    const runs = [1, 2, 3, 4].map((number) => imaginedRun(number, { bytes: 30 * GIB }));
    expect(startsIn(plan(imaginedInput([atlas], runs)).starts)).toEqual([
      't1.1 → atlas-0',
      't2.1 → atlas-1',
      't3.1 → atlas-0',
      't4.1 → atlas-1',
    ]);
  });

  test('a promise counts before its memory is measured', () => {
    const live = [imaginedLive('t9.1.1', 'atlas', ['atlas-0'], 60 * GIB)];
    const input = imaginedInput([imaginedNode('atlas', 1)], [imaginedRun(1, { bytes: 30 * GIB })], { live });
    expect(plan(input).starts).toEqual([]);
  });

  test('more than promised counts as measured', () => {
    const live = [
      imaginedLive('t9.1.1', 'atlas', ['atlas-0'], GIB, {
        gpus: [{ uuid: 'atlas-0', promisedBytes: GIB, measuredBytes: 60 * GIB }],
      }),
    ];
    const input = imaginedInput([imaginedNode('atlas', 1)], [imaginedRun(1, { bytes: 30 * GIB })], { live });
    expect(plan(input).starts).toEqual([]);
  });

  test('several GPUs lie on one node, given at once, in the order of their index', () => {
    const input = imaginedInput([imaginedNode('a', 1), imaginedNode('b', 3)], [imaginedRun(1, { gpus: 2 })]);
    expect(startsIn(plan(input).starts)).toEqual(['t1.1 → b-0,b-1']);
  });

  test('the whole card is taken where nothing is known, and each card warms up one of them', () => {
    const runs = [1, 2, 3].map((number) => imaginedRun(number));
    const { starts } = plan(imaginedInput([atlas], runs));
    expect(startsIn(starts)).toEqual(['t1.1 → atlas-0', 't2.1 → atlas-1']);
    expect(starts.map(({ isWarmUp, gpus }) => [isWarmUp, gpus[0]?.promisedBytes])).toEqual([
      [true, null],
      [true, null],
    ]);
  });

  test('a desktop that draws on a card is no reason not to warm up there, a stranger who computes is one sooner', () => {
    const externalBytes = 30 * GIB;
    const stranger = { pid: 4711, owner: 'bob', bytes: 30 * GIB };
    const started = (card: object) =>
      plan(imaginedInput([imaginedNode('n', [{ externalBytes, ...card }])], [imaginedRun(1)])).starts;
    expect(started({})).toHaveLength(1);
    expect(started({ stranger })).toEqual([]);
    expect(started({ externalBytes: 41 * GIB })).toEqual([]);
  });

  test('what a profile taught places its runs beside each other', () => {
    const runs = [1, 2, 3].map((number) => imaginedRun(number));
    const input = imaginedInput([imaginedNode('atlas', 1)], runs, {
      promises: new Map([['b1 train', 20 * GIB]]),
    });
    expect(plan(input).starts.map(({ gpus }) => gpus[0]?.promisedBytes)).toEqual([
      20 * GIB,
      20 * GIB,
      20 * GIB,
    ]);
  });

  test('one that has a whole card shares it once its profile is known', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], null, { isWarmingUp: true })];
    const input = imaginedInput([imaginedNode('one', 1)], [imaginedRun(1), imaginedRun(2)], { live });
    expect(plan(input).starts).toEqual([]);
    const promises = new Map([['b1 train', 30 * GIB]]);
    expect(startsIn(plan({ ...input, promises }).starts)).toEqual(['t1.1 → one-0']);
  });

  test("the user's order goes by all cards: a full first one does not stall the queue (defect 6)", () => {
    const live = [imaginedLive('t9.1.1', 'atlas', ['atlas-1'], 70 * GIB)];
    const input = imaginedInput([atlas], [imaginedRun(1, { bytes: 20 * GIB, gpuOrder: 'mine' })], {
      live,
      gpuOrders: new Map([['mine', ['atlas-1', 'atlas-0']]]),
    });
    expect(startsIn(plan(input).starts)).toEqual(['t1.1 → atlas-0']);
    expect(startsIn(plan({ ...input, live: [] }).starts)).toEqual(['t1.1 → atlas-1']);
  });

  test.each([
    ['switched off', imaginedNode('x', [{ isOn: false }])],
    [
      'not well',
      imaginedNode('x', [{ unusable: { kind: 'gpu', state: 'lost', message: null, remarks: null } }]),
    ],
    ['another model', imaginedNode('x', [{ model: 'NVIDIA L4' }])],
    ['offline', imaginedNode('x', 1, { isOnline: false })],
    ['not allowed', imaginedNode('x', 1, { isAllowed: false })],
    ['drained', imaginedNode('x', 1, { drained: { kind: 'maintenance' } })],
    ['not read yet', imaginedNode('x', [{ externalBytes: null }])],
    ["another user's", imaginedNode('x', 1, { runsAs: 'bob' })],
  ])('nothing goes to a card that is %s', (_, node) => {
    const run = imaginedRun(1, {
      ask: { gpus: 1, memoryBytes: null, model: 'h100', node: null },
      person: 'alice',
    });
    expect(plan(imaginedInput([node], [run])).starts).toEqual([]);
    expect(plan(imaginedInput([node, imaginedNode('y', 1)], [run])).starts).toHaveLength(1);
  });

  test('a card whose memory is held at 0 % is not idle: another is taken first', () => {
    const held = { externalBytes: 30 * GIB, stranger: { pid: 4711, owner: 'bob', bytes: 30 * GIB } };
    const node = imaginedNode('atlas', [held, {}]);
    const run = imaginedRun(1, { bytes: 10 * GIB });
    expect(startsIn(plan(imaginedInput([node], [run])).starts)).toEqual(['t1.1 → atlas-1']);
  });

  test('strangers: share starts beside them, avoid only where no card is without, mine-only never', () => {
    const held = { externalBytes: 30 * GIB, stranger: { pid: 4711, owner: 'bob', bytes: 30 * GIB } };
    const runs = [1, 2].map((number) => imaginedRun(number, { bytes: 40 * GIB }));
    const started = (strangers: 'share' | 'avoid' | 'mine-only', cards: object[]) =>
      startsIn(
        plan(imaginedInput([imaginedNode('n', cards)], runs, { settings: settings({ strangers }) })).starts,
      );
    expect(started('share', [held, { totalBytes: 48 * GIB }])).toEqual(['t1.1 → n-1', 't2.1 → n-0']);
    expect(started('avoid', [held, { totalBytes: 48 * GIB }])).toEqual(['t1.1 → n-1']);
    expect(started('avoid', [held])).toEqual(['t1.1 → n-0']);
    expect(started('mine-only', [held])).toEqual([]);
  });

  test('runs without a GPU start on a node, no more at once than it has cores', () => {
    const runs = Array.from({ length: 5 }, (_, place) => imaginedRun(place + 1, { gpus: 0 }));
    const { starts } = plan(imaginedInput([imaginedNode('cpu', 0, { cores: 3 })], runs));
    expect(startsIn(starts)).toEqual(['t1.1 → cpu', 't2.1 → cpu', 't3.1 → cpu']);
    expect(starts[0]?.gpus).toEqual([]);
  });

  test('a card whose size the driver does not tell takes one at a time', () => {
    const spark = imaginedNode('spark', [{ totalBytes: null, externalBytes: null }]);
    const runs = [1, 2].map((number) => imaginedRun(number, { bytes: 10 * GIB }));
    const first = plan(imaginedInput([spark], runs)).starts;
    expect(startsIn(first)).toEqual(['t1.1 → spark-0']);
  });

  test('where it was a victim it goes round, if there is another card', () => {
    const run = imaginedRun(1, { bytes: 10 * GIB, avoid: ['atlas-0'] });
    expect(startsIn(plan(imaginedInput([atlas], [run])).starts)).toEqual(['t1.1 → atlas-1']);
    expect(startsIn(plan(imaginedInput([imaginedNode('atlas', 1)], [run])).starts)).toEqual([
      't1.1 → atlas-0',
    ]);
  });
});

describe('limits', () => {
  const runs = [1, 2, 3].map((number) => imaginedRun(number, { bytes: GIB }));

  test.each([
    ['overall', { settings: settings({ maxRunning: 2 }) }],
    ['on a GPU', { settings: settings({ maxRunningPerGpu: 1 }) }],
    ['of a user', { settings: settings({ maxGpusPerUser: 2 }) }],
    [
      'of a user, GPUs used by hand included',
      {
        settings: settings({ maxGpusPerUser: 4 }),
        usage: { gpuSeconds: new Map(), handStartedGpus: new Map([['alice', 2]]) },
      },
    ],
  ])('no more start than are allowed %s', (_, change) => {
    expect(plan(imaginedInput([atlas], runs, change)).starts).toHaveLength(2);
  });

  test('no more of a table start than it allows, and other tables go on', () => {
    const other = imaginedRun(4, { table: 'b2', bytes: GIB });
    const lineup = lineupOf([...runs, other]);
    lineup.setTable('b1', { maxRunning: 1, paused: null, isComplete: true });
    const live = [imaginedLive('t9.1.1', 'atlas', ['atlas-0'], GIB, { table: 'b2' })];
    expect(startsIn(plan(imaginedInput([atlas], [], { lineup, live })).starts)).toEqual([
      't1.1 → atlas-1',
      't4.1 → atlas-0',
    ]);
  });

  test('what has ended and whose memory is not back counts on its card, and in no limit', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], 60 * GIB, { isReturning: true })];
    const settings_ = settings({ maxRunningPerGpu: 1, maxRunning: 1, maxGpusPerUser: 1 });
    const input = imaginedInput([imaginedNode('one', 1)], [imaginedRun(1, { bytes: 10 * GIB })], {
      live,
      settings: settings_,
    });
    expect(plan(input).starts).toHaveLength(1);
    input.lineup.set(imaginedRun(1, { bytes: 30 * GIB }));
    expect(plan(input).starts).toEqual([]);
  });

  test('a card with less than the least free memory is left alone', () => {
    const node = imaginedNode('n', [{ externalBytes: 41 * GIB }]);
    const change = { settings: settings({ leastFreeBytes: 40 * GIB }) };
    expect(plan(imaginedInput([node], runs, change)).starts).toEqual([]);
  });

  test('nothing starts in a paused table, before its last rows have come, or while the queue is stopped', () => {
    const lineup = lineupOf(runs);
    const input = imaginedInput([atlas], [], { lineup });
    expect(plan({ ...input, settings: settings({ isRunning: false }) }).starts).toEqual([]);
    lineup.setTable('b1', { maxRunning: null, paused: 'failures', isComplete: true });
    expect(plan(input).starts).toEqual([]);
    lineup.setTable('b1', { maxRunning: null, paused: null, isComplete: false });
    expect(plan(input).starts).toEqual([]);
    lineup.setTable('b1', { maxRunning: null, paused: null, isComplete: true });
    expect(plan(input).starts).toHaveLength(3);
  });
});

describe('order', () => {
  const one = imaginedNode('one', 1);

  test('higher bands go first, then rows in their order, a retry behind the others', () => {
    const input = imaginedInput(
      [one],
      [
        imaginedRun(1, { bytes: 30 * GIB, order: 100 }),
        imaginedRun(2, { bytes: 30 * GIB }),
        imaginedRun(3, { bytes: 30 * GIB, priority: 5 }),
      ],
    );
    expect(startsIn(plan(input).starts)).toEqual(['t3.1 → one-0', 't2.1 → one-0']);
  });

  test('who used less goes first, whoever submitted first', () => {
    const usage = { gpuSeconds: new Map([['alice', 1000]]), handStartedGpus: new Map() };
    const runs = [imaginedRun(1), imaginedRun(2, { owner: 'bob', table: 'b2' })];
    expect(startsIn(plan(imaginedInput([one], runs, { usage })).starts)).toEqual(['t2.1 → one-0']);
  });

  test('what runs for days counts before it ends', () => {
    const nodes = [imaginedNode('one', 1), imaginedNode('two', 2)];
    const live = [
      imaginedLive('t8', 'two', ['two-0'], 70 * GIB, { sinceMs: 0 }),
      imaginedLive('t9', 'two', ['two-1'], 70 * GIB, { owner: 'bob', sinceMs: 86_000_000 }),
    ];
    const nowMs = 86_400_000;
    const runs = [
      imaginedRun(1, { queuedAtMs: nowMs }),
      imaginedRun(2, { owner: 'bob', table: 'b2', queuedAtMs: nowMs }),
    ];
    expect(startsIn(plan(imaginedInput(nodes, runs, { live, nowMs })).starts)).toEqual(['t2.1 → one-0']);
  });

  test('waiting makes up for use', () => {
    const usage = { gpuSeconds: new Map([['alice', 1000]]), handStartedGpus: new Map() };
    const runs = [imaginedRun(1), imaginedRun(2, { owner: 'bob', queuedAtMs: 1_001_000 })];
    expect(startsIn(plan(imaginedInput([one], runs, { usage, nowMs: 1_001_000 })).starts)).toEqual([
      't1.1 → one-0',
    ]);
  });

  test('free cards are dealt round between people who used alike', () => {
    const runs = [1, 2, 3, 4].map((number) => imaginedRun(number));
    const bobs = [5, 6, 7, 8].map((number) => imaginedRun(number, { owner: 'bob' }));
    const { starts } = plan(imaginedInput([imaginedNode('n', 4)], [...runs, ...bobs]));
    expect(starts.map(({ run }) => run.owner)).toEqual(['alice', 'bob', 'alice', 'bob']);
  });

  test('a run waits for its time, for those before it and for what it depends on', () => {
    const runs = [
      imaginedRun(1, { notBefore: { atMs: 500, backoff: null } }),
      imaginedRun(2, { dependencies: [{ task: 't1', wanted: 'ok', state: 'running' }] }),
      imaginedRun(3, { previousRun: 1 }),
      imaginedRun(4, { hold: 'user' }),
      imaginedRun(5, { dependencies: [{ task: 't0', wanted: 'end', state: 'failed' }] }),
      imaginedRun(6, { dependencies: [{ task: 't0', wanted: 'ok', state: 'failed' }] }),
    ];
    const input = imaginedInput([imaginedNode('n', 8)], runs);
    expect(plan(input)).toMatchObject({ nextAtMs: 500, starts: [{ run: { id: 't5.1' } }] });
    input.lineup.remove('t5.1');
    expect(startsIn(plan({ ...input, nowMs: 500 }).starts)).toEqual(['t1.1 → n-0']);
    input.lineup.set(imaginedRun(2, { dependencies: [{ task: 't1', wanted: 'ok', state: 'succeeded' }] }));
    expect(plan({ ...input, nowMs: 500 }).starts.map(({ run }) => run.id)).toEqual(['t1.1', 't2.1']);
  });
});

describe('impossible', () => {
  test('is told also while one that asks less finds no room', () => {
    const live = [imaginedLive('t9.1.1', 'atlas', ['atlas-0'], 70 * GIB)];
    const runs = [imaginedRun(1, { bytes: 30 * GIB }), imaginedRun(2, { bytes: 90 * GIB })];
    const input = imaginedInput([imaginedNode('atlas', 1)], runs, { live });
    expect(plan(input).impossible.map(({ run }) => run.id)).toEqual(['t2.1']);
  });

  test('more memory or more cards than any known node has is told with the figures', () => {
    const input = imaginedInput([atlas], [imaginedRun(1, { bytes: 90 * GIB }), imaginedRun(2, { gpus: 3 })]);
    const headroom = Math.ceil(80 * GIB * 0.03);
    expect(plan(input).impossible.map(({ run, reason }) => [run.id, reason])).toEqual([
      [
        't1.1',
        {
          kind: 'impossible',
          askedBytes: 90 * GIB,
          askedGpus: 1,
          largestBytes: 80 * GIB - headroom,
          mostGpus: 2,
        },
      ],
      [
        't2.1',
        {
          kind: 'impossible',
          askedBytes: null,
          askedGpus: 3,
          largestBytes: 80 * GIB - headroom,
          mostGpus: 2,
        },
      ],
    ]);
  });

  test('a big card that is offline, off or sick now makes it possible', () => {
    const away = imaginedNode('big', [{ totalBytes: 140 * GIB, isOn: false }], { isOnline: false });
    expect(plan(imaginedInput([atlas, away], [imaginedRun(1, { bytes: 90 * GIB })])).impossible).toEqual([]);
  });

  test('after a restart nothing is impossible before every machine has said what it has, and for whom', () => {
    const run = imaginedRun(1, { bytes: 90 * GIB, person: 'alice' });
    const large = { totalBytes: 140 * GIB };
    for (const other of [
      imaginedNode('big', [large], { runsAs: null, isAllowed: false }),
      imaginedNode('big', 0, { isOnline: false, runsAs: null }),
    ]) {
      expect(plan(imaginedInput([atlas, other], [run])).impossible).toEqual([]);
    }
    const another = imaginedNode('big', [large], { runsAs: 'bob' });
    expect(plan(imaginedInput([atlas, another], [run])).impossible).toHaveLength(1);
  });

  test('a headroom that somebody set too large makes nothing impossible: it is set back, and all go on', () => {
    const run = imaginedRun(1, { bytes: 10 * GIB });
    const wide = settings({ headroomBytes: 500 * GIB });
    expect(plan(imaginedInput([atlas], [run], { settings: wide }))).toMatchObject({
      impossible: [],
      starts: [],
    });
  });

  test('where no such card is known at all, it waits for one', () => {
    const run = imaginedRun(1, { ask: { gpus: 1, memoryBytes: null, model: 'B200', node: null } });
    expect(plan(imaginedInput([atlas], [run]))).toMatchObject({ impossible: [], starts: [] });
  });
});

describe('reservation', () => {
  const one = imaginedNode('one', 1);
  const big = imaginedRun(1, { bytes: 70 * GIB });

  test('a big run at the head is not starved: what would push it back does not start', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], 20 * GIB)];
    const input = imaginedInput([one], [big, imaginedRun(2, { bytes: 20 * GIB })], { live });
    const first = plan(input);
    expect(first.starts).toEqual([]);
    expect(first.reservation).toMatchObject({ run: 't1.1', uuids: ['one-0'], askedBytes: 70 * GIB });
    const later = plan({ ...input, nowMs: 1000, live: [], reservation: first.reservation });
    expect(startsIn(later.starts)).toEqual(['t1.1 → one-0']);
    expect(later.reservation).toMatchObject({ run: 't2.1' });
  });

  test('a small one that fits beside it starts, and as many as fit beside it together', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], 20 * GIB)];
    const small = [2, 3].map((number) => imaginedRun(number, { bytes: 4 * GIB }));
    const input = imaginedInput([one], [big, ...small], { live });
    const first = plan(input);
    expect(startsIn(first.starts)).toEqual(['t2.1 → one-0']);
    input.lineup.remove('t2.1');
    const beside = first.starts.map((start) => liveAfter(start, 101));
    const second = plan({
      ...input,
      nowMs: 101,
      live: [...live, ...beside],
      reservation: first.reservation,
    });
    expect(second.starts).toEqual([]);
    expect(startsIn(plan({ ...input, live: beside, reservation: second.reservation }).starts)).toEqual([
      't1.1 → one-0',
    ]);
  });

  test('a higher band takes no heed of it', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], 20 * GIB)];
    const input = imaginedInput([one], [big], { live });
    const { reservation } = plan(input);
    input.lineup.set(imaginedRun(2, { bytes: 20 * GIB, priority: 1 }));
    expect(startsIn(plan({ ...input, reservation }).starts)).toEqual(['t2.1 → one-0']);
  });

  test('nothing is kept where strangers hold what is missing', () => {
    const node = imaginedNode('n', [{ externalBytes: 30 * GIB }]);
    const input = imaginedInput([node], [big, imaginedRun(2, { bytes: 20 * GIB })]);
    expect(plan(input)).toMatchObject({ reservation: null, starts: [{ run: { id: 't2.1' } }] });
  });

  test('room is kept although one sample says that others hold it: one of ours that just ended may have', () => {
    const node = imaginedNode('n', [{ externalBytes: 30 * GIB, confirmedExternalBytes: 0 }]);
    const input = imaginedInput([node], [big, imaginedRun(2, { bytes: 20 * GIB })]);
    const first = plan(input);
    expect(first).toMatchObject({ reservation: { run: 't1.1', sinceMs: 100 }, starts: [] });
    const { reservation } = first;
    expect(plan({ ...input, nowMs: 1000, reservation })).toMatchObject({ reservation, starts: [] });
  });

  test('a limit keeps its place too: small ones of the same person do not fill it up for ever', () => {
    const node = imaginedNode('n', 3);
    const wide = imaginedRun(1, { gpus: 3, bytes: 10 * GIB });
    const small = [2, 3].map((number) => imaginedRun(number, { bytes: 4 * GIB }));
    const live = [imaginedLive('t9.1.1', 'n', ['n-0'], 75 * GIB)];
    const input = imaginedInput([node], [wide, ...small], {
      live,
      settings: settings({ maxGpusPerUser: 5 }),
    });
    const first = plan(input);
    expect(startsIn(first.starts)).toEqual(['t2.1 → n-1']);
    input.lineup.remove('t2.1');
    const after = {
      ...input,
      live: [...live, ...first.starts.map((start) => liveAfter(start, 101))],
      reservation: first.reservation,
    };
    expect(plan(after)).toMatchObject({ starts: [], reservation: { run: 't1.1' } });
  });

  test('one that moved before it does not take the kept room, nor keep it from starting', () => {
    const live = [imaginedLive('t9.1.1', 'one', ['one-0'], 20 * GIB)];
    const input = imaginedInput([one], [big], { live });
    const { reservation } = plan(input);
    input.lineup.set(imaginedRun(2, { bytes: 70 * GIB, order: 0 }));
    expect(startsIn(plan({ ...input, live: [], reservation }).starts)).toEqual(['t1.1 → one-0']);
  });
});

test('what an idle fleet takes beyond one decision, the next gives out at once, until nothing is left', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => imaginedNode(`n${index}`, 8));
  const runs = Array.from({ length: 3000 }, (_, place) => imaginedRun(place + 1, { bytes: 10 * GIB }));
  const input = imaginedInput(nodes, runs);
  const live = [];
  let decisions = 0;
  for (let nextAtMs: number | null = input.nowMs; nextAtMs === input.nowMs; decisions++) {
    const decided = plan({ ...input, live });
    nextAtMs = decided.nextAtMs;
    for (const start of decided.starts) {
      input.lineup.remove(start.run.id);
      live.push(liveAfter(start));
    }
  }
  expect(live).toHaveLength(3000);
  expect(decisions).toBeGreaterThan(1);
});

describe('a decision costs what can start, not what waits', () => {
  const nodes = Array.from({ length: 20 }, (_, index) => imaginedNode(`n${index}`, 8));
  const live = nodes.flatMap(({ id, cards }) =>
    cards.map(({ uuid }) => imaginedLive(`on ${uuid}`, id, [uuid], 60 * GIB)),
  );
  const looksOver = (rows: number): number => {
    const lineup = lineupOf(
      Array.from({ length: rows }, (_, place) =>
        imaginedRun(place + 1, {
          table: `b${place % 50}`,
          owner: `person${place % 20}`,
          bytes: ((place % 30) + 20) * GIB,
        }),
      ),
    );
    return passThrough(imaginedInput(nodes, [], { lineup, live })).pass.looks;
  };

  test('a hundred times as many rows make it look at no more cards', () => {
    expect(looksOver(100_000)).toBe(looksOver(1000));
  });
});
