/** What the driver's process says is believed line by line and GPU by GPU, and what is wrong is named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imagineGpu } from '../../../../test/support/imaginedMachines.ts';
import { pick } from '../../../lib/pick.ts';
import { GpuProcessReading } from '../../../model/process.ts';
import { isProcessReading, parseMessage } from './messageSchema.ts';
import { fastFigures, type GpuLine, type SampleMessage, slowFigures, staticFigures } from './messages.ts';

function lineOf(index: number): GpuLine {
  const { reading } = imagineGpu(index, 2);
  return {
    statics: pick(reading, staticFigures),
    slow: pick(reading, slowFigures),
    fast: pick(reading, fastFigures),
    xidEvents: [],
  };
}

function parseSample(...gpus: unknown[]): SampleMessage {
  const message = parseMessage(JSON.stringify({ say: 'sample', takenAtMs: 1, gpus, refusedFigures: {} }));
  if (!('say' in message) || message.say !== 'sample') throw new Error(JSON.stringify(message));
  return message;
}

describe('a sample', () => {
  test('of healthy GPUs is what was said', () => {
    expect(parseSample(lineOf(0), lineOf(1)).gpus).toEqual([lineOf(0), lineOf(1)]);
  });

  test('with one GPU that says what cannot be tells that one as failed, who it is and why, and the others', () => {
    const odd = lineOf(1);
    odd.fast.processes = odd.fast.processes.map((process) => ({ ...process, pid: 2 ** 32 - 1 }));
    const { gpus } = parseSample(lineOf(0), odd, lineOf(2));
    expect([gpus[0], gpus[2]]).toEqual([lineOf(0), lineOf(2)]);
    expect(gpus[1]?.statics).toEqual(odd.statics);
    expect(gpus[1]?.slow?.powerLimitWatts).toBeNull();
    expect(gpus[1]?.fast).toMatchObject({ index: 1, state: 'failed', powerWatts: null, processes: [] });
    expect(gpus[1]?.fast.message).toBe(
      'the reading of GPU 1 has a value that cannot be (processes.0.pid): none of it is shown',
    );
  });

  test.each([
    [null, 'its shape'],
    [{ ...lineOf(0), fast: 7 }, 'fast'],
    [{ ...lineOf(0), statics: { ...lineOf(0).statics, name: 5 } }, 'name'],
    [{ ...lineOf(0), xidEvents: [{}] }, 'xidEvents.0.code'],
  ])('whose GPU is something else altogether is failed there (%#)', (gpu, field) => {
    const [parsed] = parseSample(gpu).gpus;
    expect(parsed?.fast).toMatchObject({ index: 0, state: 'failed' });
    expect(parsed?.fast.message).toContain(`(${field})`);
  });
});

test.each([
  ['hello', 'not JSON'],
  ['7', 'its shape'],
  ['{"say":"nothing"}', 'say'],
  ['{"say":"sample","takenAtMs":1,"gpus":7,"refusedFigures":{}}', 'gpus'],
])('%s is none of the messages, and what is wrong with it is named', (line, misunderstood) => {
  expect(parseMessage(line)).toEqual({ misunderstood });
});

test('a process is taken at a glance exactly where the schema takes it as it is', () => {
  const share = fc.option(fc.integer({ min: 0, max: 100 }));
  const possible = fc.record({
    pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    type: fc.constantFrom('compute', 'graphics', 'both', 'mps'),
    memoryUsedBytes: fc.option(fc.maxSafeNat()),
    smUtilizationPercent: share,
    memoryUtilizationPercent: share,
    encoderUtilizationPercent: share,
    decoderUtilizationPercent: share,
  });
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      undefined,
      0,
      -0,
      1,
      -1,
      0.5,
      100,
      100.5,
      2 ** 31,
      2 ** 53,
      Number.NaN,
      '7',
      true,
      [],
      {},
    ),
    fc.double(),
    fc.integer(),
  );
  // One of its figures is something else, or there is one more.
  const key = fc.constantFrom(...Object.keys(GpuProcessReading.shape), 'more');
  const changed = fc
    .tuple(possible, key, odd)
    .map(([process, name, value]) => ({ ...process, [name]: value }));
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(possible, changed, odd), (value) => {
      const { data } = GpuProcessReading.safeParse(value);
      const isAsItIs = data !== undefined && Object.keys(data).length === Object.keys(value ?? {}).length;
      expect(isProcessReading(value)).toBe(isAsItIs);
      if (isAsItIs) expect(data).toEqual(value);
      taken += Number(isAsItIs);
    }),
    { numRuns: 1000 },
  );
  expect(taken).toBeGreaterThan(200);
});
