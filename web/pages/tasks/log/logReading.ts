/**
 * Reads the log of one attempt from the hub and follows it: a short one whole, a long one from both ends with its middle
 * as one item that can be opened. Each stream is asked by itself and waits at the hub for more (`waitMs`), so a new line is
 * here as soon as the node has told it; lines of both streams stand in the order in which they came.
 */
import type { LogSlice, LogStream } from '../../../../src/protocol/supervision.ts';
import { askHub, type HubAnswer } from '../../../live/hub.ts';
import { base64Of, bytesOf, fromLineStart } from './logBytes.ts';
import { type LogLine, type LogParser, logParser } from './logText.ts';

export interface LogAddress {
  task: string;
  run: number;
  attempt: number;
}

export type LogItem =
  /** `number` is null behind a middle that is not here: nobody has counted its lines. */
  | { kind: 'line'; stream: LogStream; number: number | null; line: LogLine; open: boolean }
  | {
      kind: 'gap';
      stream: LogStream;
      fromByte: number;
      toByte: number;
      /** False where it was not kept: the log grew over its cap. */
      canShow: boolean;
    };

export interface LogPicture {
  items: readonly LogItem[];
  /** Rises with each change of `items`. */
  version: number;
  /** Nothing was heard yet. */
  isLoading: boolean;
  /** Everything is here, and nothing will be added. */
  isComplete: boolean;
  /** When something came last, by this browser's clock. */
  heardAtMs: number | null;
  sizeBytes: Partial<Record<LogStream, number>>;
  failure: Extract<HubAnswer<unknown>, { ok: false }> | null;
}

export interface LogReading {
  picture(): LogPicture;
  subscribe(listener: () => void): () => void;
  /** Loads the next part of a middle. */
  showGap(item: LogItem): Promise<void>;
  stop(): void;
}

/** One answer carries at most this (MAX_LOG_SLICE_BYTES). */
export const SLICE_BYTES = 512 * 1024;
/** A longer log is read from both ends. */
const WHOLE_BYTES = 1024 * 1024;
const HEAD_BYTES = 64 * 1024;
const WAIT_MS = 20_000;
const RETRY_MS = 2000;
/** More lines than this are let go at the front: a page may follow a chatty log for days. */
const MOST_ITEMS = 120_000;
const KEPT_ITEMS = 100_000;

interface Stream {
  name: LogStream;
  parser: LogParser;
  decoder: TextDecoder;
  nextByte: number;
  /** Where the last line begins that has no end yet. */
  lineByte: number;
  /** Of the next line; null behind a gap. */
  nextNumber: number | null;
  isComplete: boolean;
}

/** Asks for a part of a stream. */
export type AskLog = (
  stream: LogStream,
  query: Record<string, number>,
  signal: AbortSignal,
) => Promise<HubAnswer<{ slice: LogSlice }>>;

/** Begins at once, and follows until it is stopped. */
export function readLog(
  address: LogAddress,
  streams: readonly LogStream[],
  askLog: AskLog = hubLog(address),
): LogReading {
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  const known = streams.map(
    (name): Stream => ({
      name,
      parser: logParser(),
      decoder: new TextDecoder(),
      nextByte: 0,
      lineByte: 0,
      nextNumber: 1,
      isComplete: false,
    }),
  );
  let items: LogItem[] = [];
  let picture: LogPicture = {
    items,
    version: 0,
    isLoading: true,
    isComplete: false,
    heardAtMs: null,
    sizeBytes: {},
    failure: null,
  };

  function tell(part: Partial<LogPicture> = {}): void {
    if (abort.signal.aborted) return;
    const open = known.flatMap((stream): LogItem[] => {
      const line = stream.parser.open();
      return line ? [{ kind: 'line', stream: stream.name, number: stream.nextNumber, line, open: true }] : [];
    });
    picture = {
      ...picture,
      items: open.length === 0 ? items.slice() : [...items, ...open],
      version: picture.version + 1,
      isComplete: known.every((stream) => stream.isComplete),
      ...part,
    };
    for (const listener of listeners) listener();
  }

  const ask = (stream: LogStream, query: Record<string, number>) =>
    askLog(stream, { maxBytes: SLICE_BYTES, ...query }, abort.signal);

  /** Asks until it is answered; null once stopped. */
  async function insist(stream: LogStream, query: Record<string, number>): Promise<LogSlice | null> {
    while (!abort.signal.aborted) {
      const answer = await ask(stream, query);
      if (abort.signal.aborted) return null;
      if (answer.ok) {
        if (picture.failure) tell({ failure: null });
        return answer.value.slice;
      }
      tell({ failure: answer, isLoading: false });
      await rest(abort.signal);
    }
    return null;
  }

  function take(stream: Stream, slice: LogSlice): void {
    const bytes = bytesOf(slice.base64);
    const end = bytes.lastIndexOf(0x0a);
    if (end !== -1) stream.lineByte = slice.fromByte + end + 1;
    const lines = stream.parser.feed(stream.decoder.decode(bytes, { stream: true }));
    for (const line of lines) {
      items.push({ kind: 'line', stream: stream.name, number: stream.nextNumber, line, open: false });
      if (stream.nextNumber !== null) stream.nextNumber += 1;
    }
    stream.nextByte = slice.toByte;
    stream.isComplete = slice.isComplete && slice.toByte >= slice.sizeBytes;
    const last = stream.isComplete ? stream.parser.open() : null;
    if (last) {
      // What ends without a line's end stands where it was printed, not below what came later on the other stream.
      items.push({ kind: 'line', stream: stream.name, number: stream.nextNumber, line: last, open: false });
      stream.parser = logParser();
    }
    if (items.length > MOST_ITEMS) items = items.slice(items.length - KEPT_ITEMS);
    tell({
      isLoading: false,
      sizeBytes: { ...picture.sizeBytes, [stream.name]: slice.sizeBytes },
      ...(slice.toByte > slice.fromByte ? { heardAtMs: Date.now() } : {}),
    });
  }

  async function begin(stream: Stream): Promise<void> {
    const tail = await insist(stream.name, { lastBytes: SLICE_BYTES });
    if (!tail) return;
    if (tail.fromByte === 0) return take(stream, tail);
    const isLong = tail.sizeBytes > WHOLE_BYTES;
    const headBytes = isLong || tail.gap ? HEAD_BYTES : tail.fromByte;
    while (stream.nextByte < Math.min(headBytes, tail.fromByte)) {
      const slice = await insist(stream.name, {
        fromByte: stream.nextByte,
        maxBytes: Math.min(SLICE_BYTES, headBytes - stream.nextByte),
      });
      if (!slice) return;
      if (slice.toByte <= stream.nextByte || slice.fromByte > stream.nextByte) break;
      take(stream, slice);
    }
    if (stream.nextByte < tail.fromByte) {
      const { bytes, skipped } = fromLineStart(bytesOf(tail.base64), tail.gap?.toByte === tail.fromByte);
      leaveOut(stream, tail.fromByte + skipped, tail.gap);
      beginAnew(stream);
      return take(stream, {
        ...tail,
        fromByte: tail.fromByte + skipped,
        base64: base64Of(bytes),
      });
    }
    take(stream, tail);
  }

  /** What lies between what was read and `toByte` becomes one item; where it can be read, from its line's beginning on. */
  function leaveOut(stream: Stream, toByte: number, gap: LogSlice['gap']): void {
    const canShow = gap === null || stream.nextByte < gap.fromByte || toByte > gap.toByte;
    const open = canShow ? null : stream.parser.open();
    if (open)
      items.push({ kind: 'line', stream: stream.name, number: stream.nextNumber, line: open, open: false });
    const fromByte = canShow ? stream.lineByte : stream.nextByte;
    items.push({ kind: 'gap', stream: stream.name, fromByte, toByte, canShow });
  }

  function beginAnew(stream: Stream): void {
    stream.parser = logParser();
    stream.decoder = new TextDecoder();
    stream.nextNumber = null;
  }

  async function follow(stream: Stream): Promise<void> {
    while (!abort.signal.aborted && !stream.isComplete) {
      const slice = await insist(stream.name, { fromByte: stream.nextByte, waitMs: WAIT_MS });
      if (!slice) return;
      if (slice.fromByte > stream.nextByte) {
        // The log grew over its cap meanwhile: what we did not read in time is gone.
        leaveOut(stream, slice.fromByte, slice.gap);
        beginAnew(stream);
      }
      take(stream, slice);
    }
  }

  (async () => {
    // One after the other, so that standing output comes first; then both at once.
    for (const stream of known) await begin(stream);
    await Promise.all(known.map(follow));
  })();

  return {
    picture: () => picture,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async showGap(gap) {
      if (gap.kind !== 'gap' || !gap.canShow) return;
      const answer = await ask(gap.stream, {
        fromByte: gap.fromByte,
        maxBytes: Math.min(SLICE_BYTES, gap.toByte - gap.fromByte),
      });
      const place = items.indexOf(gap);
      if (abort.signal.aborted || place === -1) return;
      if (!answer.ok) return tell({ failure: answer });
      const { slice } = answer.value;
      // What the node did not keep begins within the middle: that much of it cannot be opened.
      const from = Math.min(slice.fromByte, gap.toByte);
      const lost: LogItem[] = from > gap.fromByte ? [{ ...gap, toByte: from, canShow: false }] : [];
      const before = items[place - 1];
      let number =
        lost.length === 0 && before?.kind === 'line' && before.number !== null ? before.number + 1 : null;
      const all = bytesOf(slice.base64).subarray(0, gap.toByte - from);
      const isWhole = from + all.length >= gap.toByte;
      // A part that ends inside a line leaves that line to the next part.
      const bytes = isWhole ? all : all.subarray(0, all.lastIndexOf(0x0a) + 1 || all.length);
      const parser = logParser();
      const lines = parser.feed(new TextDecoder().decode(bytes));
      const open = parser.open();
      const shown = [...lines, ...(open ? [open] : [])].map((line): LogItem => {
        const item: LogItem = { kind: 'line', stream: gap.stream, number, line, open: false };
        if (number !== null) number += 1;
        return item;
      });
      const left: LogItem[] =
        isWhole || bytes.length === 0 ? [] : [{ ...gap, fromByte: from + bytes.length }];
      items = [...items.slice(0, place), ...lost, ...shown, ...left, ...items.slice(place + 1)];
      tell();
    },
    stop: () => abort.abort(),
  };
}

/** The log of an attempt as the hub gives it. */
const hubLog =
  ({ task, run, attempt }: LogAddress): AskLog =>
  (stream, query, signal) =>
    askHub('log', { parameters: { id: task }, query: { run, attempt, stream, ...query }, signal });

/** A while, or until it is stopped. */
function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, RETRY_MS);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
