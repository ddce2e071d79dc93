/** The two logs of an imagined attempt: text in memory, read by bytes as the supervisor's door wants it. */
import type { LogPlace, LogSlice, LogStream } from '../../protocol/supervision.ts';

export interface ImaginedLog {
  print(stream: LogStream, text: string): void;
  /** Nothing will be added. */
  close(): void;
  read(request: { stream: LogStream; place: LogPlace; maxBytes: number; waitMs: number }): Promise<LogSlice>;
}

/** An imagined log is short; more than this is let go at its end. */
const MOST_BYTES = 512 * 1024;

/** Two empty logs. */
export function imaginedLog(): ImaginedLog {
  const bytes: Record<LogStream, Uint8Array> = { out: new Uint8Array(), err: new Uint8Array() };
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const now = waiting;
    waiting = [];
    for (const resolve of now) resolve();
  };
  const more = (patienceMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });

  return {
    print(stream, text) {
      const before = bytes[stream];
      const added = new TextEncoder().encode(text);
      if (before.length + added.length > MOST_BYTES) return;
      const after = new Uint8Array(before.length + added.length);
      after.set(before);
      after.set(added, before.length);
      bytes[stream] = after;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    async read({ stream, place, maxBytes, waitMs }) {
      const fromByte = (): number =>
        'fromByte' in place ? place.fromByte : Math.max(0, bytes[stream].length - place.lastBytes);
      if (fromByte() >= bytes[stream].length && !isClosed && waitMs > 0) await more(waitMs);
      const size = bytes[stream].length;
      const from = Math.min(fromByte(), size);
      const slice = bytes[stream].subarray(from, from + maxBytes);
      return {
        fromByte: from,
        toByte: from + slice.length,
        sizeBytes: size,
        base64: base64Of(slice),
        gap: null,
        isComplete: isClosed,
      };
    },
  };
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
