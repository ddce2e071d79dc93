import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { LogStream } from '../../../../src/protocol/supervision.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { type AskLog, type LogItem, type LogReading, readLog } from './logReading.ts';
import { logParser } from './logText.ts';

const ADDRESS = { task: 't1', run: 1, attempt: 1 };
let readings: LogReading[] = [];
afterEach(() => {
  for (const reading of readings) reading.stop();
  readings = [];
});

/** A node that has this output, may print more, and may have left bytes out of the middle. */
function imagineNode(
  texts: Partial<Record<LogStream, string>>,
  cut: { from: number; to: number } | null = null,
) {
  const bytes: Record<LogStream, Buffer> = {
    out: Buffer.from(texts.out ?? ''),
    err: Buffer.from(texts.err ?? ''),
  };
  let isOver = true;
  let failures = 0;
  let wake: (() => void)[] = [];
  const ask: AskLog = async (stream, { fromByte, lastBytes, maxBytes = 1, waitMs = 0 }) => {
    if (failures > 0) {
      failures -= 1;
      return { ok: false, code: 'no-answer', message: 'the node did not answer', hint: null };
    }
    const sizeNow = (): number => bytes[stream].length;
    let from = fromByte ?? Math.max(0, sizeNow() - (lastBytes ?? maxBytes));
    if (from >= sizeNow() && !isOver && waitMs > 0) await new Promise<void>((resolve) => wake.push(resolve));
    const gap = stream === 'out' ? cut : null;
    if (gap && from >= gap.from && from < gap.to) from = gap.to;
    const end = gap && from < gap.from ? gap.from : sizeNow();
    const slice = bytes[stream].subarray(from, Math.min(end, from + maxBytes));
    return {
      ok: true,
      value: {
        slice: {
          fromByte: Math.min(from, sizeNow()),
          toByte: Math.min(from, sizeNow()) + slice.length,
          sizeBytes: sizeNow(),
          base64: slice.toString('base64'),
          gap: gap && { fromByte: gap.from, toByte: gap.to },
          isComplete: isOver,
        },
      },
    };
  };
  return {
    ask,
    run: (): void => {
      isOver = false;
    },
    fail: (times: number): void => {
      failures = times;
    },
    print(stream: LogStream, text: string): void {
      bytes[stream] = Buffer.concat([bytes[stream], Buffer.from(text)]);
      const waiting = wake;
      wake = [];
      for (const resolve of waiting) resolve();
    },
    end(): void {
      isOver = true;
      for (const resolve of wake) resolve();
      wake = [];
    },
  };
}

function read(node: { ask: AskLog }, streams: readonly LogStream[] = ['out']): LogReading {
  const reading = readLog(ADDRESS, streams, node.ask);
  readings.push(reading);
  return reading;
}
const texts = (items: readonly LogItem[]): string[] =>
  items.map((item) => (item.kind === 'line' ? item.line.text : `[${item.toByte - item.fromByte}]`));
const complete = (reading: LogReading): Promise<true> =>
  waitFor('the whole log', () => reading.picture().isComplete || null) as Promise<true>;
const lines = (amount: number): string =>
  Array.from({ length: amount }, (_, place) => `line ${place + 1} ${'x'.repeat(90)}\n`).join('');

describe('a log is read', () => {
  it('whole where it is short, with its lines numbered, both streams in order', async () => {
    const node = imagineNode({ out: 'a\nb\nprogress 3', err: 'oh\n' });
    const reading = read(node, ['out', 'err']);
    await complete(reading);
    expect(texts(reading.picture().items)).toEqual(['a', 'b', 'progress 3', 'oh']);
    expect(reading.picture().items.map((item) => item.kind === 'line' && item.number)).toEqual([1, 2, 3, 1]);
  });

  it('as it comes, each stream when it prints', async () => {
    const node = imagineNode({ out: 'a\n' });
    node.run();
    const reading = read(node, ['out', 'err']);
    await waitFor('a', () => texts(reading.picture().items).includes('a'));
    node.print('err', 'warning\n');
    await waitFor('the warning', () => texts(reading.picture().items).includes('warning'));
    node.print('out', '10 %');
    await waitFor('10 %', () => texts(reading.picture().items).at(-1) === '10 %');
    node.print('out', '\r20 %');
    await waitFor('20 %', () => texts(reading.picture().items).at(-1) === '20 %');
    expect(texts(reading.picture().items)).toEqual(['a', 'warning', '20 %']);
    node.end();
    await complete(reading);
  });

  it('from both ends where it is long, and its middle when it is asked for', async () => {
    const whole = lines(30_000);
    const reading = read(imagineNode({ out: whole }));
    await complete(reading);
    const gap = reading.picture().items.find((item) => item.kind === 'gap');
    expect(gap).toMatchObject({ canShow: true });
    expect(reading.picture().items.at(-1)).toMatchObject({ number: null });
    for (let times = 0; times < 10; times += 1) {
      const left = reading.picture().items.find((item) => item.kind === 'gap');
      if (left) await reading.showGap(left);
    }
    const items = reading.picture().items;
    expect(texts(items).join('\n')).toBe(whole.trimEnd());
  });

  it('with what its node did not keep as one item that cannot be opened', async () => {
    const head = lines(100);
    const cut = { from: head.length, to: head.length + 50_000 };
    const reading = read(imagineNode({ out: `${head}${'?'.repeat(50_000)}${lines(3)}` }, cut));
    await complete(reading);
    const items = reading.picture().items;
    expect(items.filter((item) => item.kind === 'gap')).toEqual([
      { kind: 'gap', stream: 'out', fromByte: cut.from, toByte: cut.to, canShow: false },
    ]);
    expect(texts(items).filter((text) => text.startsWith('line'))).toHaveLength(103);
    expect(texts(items).join('')).not.toContain('?');
  });

  it('around what was not kept in the middle of its middle', async () => {
    const [head, tail] = [lines(9000), lines(9000)];
    const cut = { from: head.length, to: head.length + 5000 };
    const reading = read(imagineNode({ out: `${head}${'?'.repeat(5000)}${tail}` }, cut));
    await complete(reading);
    for (let times = 0; times < 10; times += 1) {
      const left = reading.picture().items.find((item) => item.kind === 'gap' && item.canShow);
      if (left) await reading.showGap(left);
    }
    expect(texts(reading.picture().items).join('\n')).toBe(`${head}[5000]\n${tail.trimEnd()}`);
  });

  it('again after a failure, which is told meanwhile', async () => {
    const node = imagineNode({ out: 'a\n' });
    node.fail(1);
    const reading = read(node);
    await waitFor('the failure', () => reading.picture().failure?.message === 'the node did not answer');
    await complete(reading);
    expect(reading.picture().failure).toBeNull();
    expect(texts(reading.picture().items)).toEqual(['a']);
  });

  it('to the same lines however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', '界', '\n', '\r', '\u001b[31m', 'b') }), {
          maxLength: 8,
        }),
        async (pieces) => {
          const node = imagineNode({ out: pieces[0] ?? '' });
          node.run();
          const reading = read(node);
          await waitFor('its first answer', () => !reading.picture().isLoading);
          for (const piece of pieces.slice(1)) node.print('out', piece);
          node.end();
          await complete(reading);
          reading.stop();
          const parser = logParser();
          const expected = parser.feed(pieces.join(''));
          const open = parser.open();
          expect(texts(reading.picture().items)).toEqual(
            [...expected, ...(open ? [open] : [])].map((line) => line.text),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});
