/** A log as a file of the reader's: fetched whole through the hub, then handed to the browser. */
import type { LogStream } from '../../../../src/protocol/supervision.ts';
import { askHub, type HubAnswer } from '../../../live/hub.ts';
import { bytesOf } from './logBytes.ts';
import { type LogAddress, SLICE_BYTES } from './logReading.ts';

/** Hands the file over; answers what kept it from coming, or null. */
export async function download(
  address: LogAddress,
  stream: LogStream,
  name: string,
): Promise<Extract<HubAnswer<unknown>, { ok: false }> | null> {
  const told = await wholeLog(address, stream);
  if (!told.ok) return told;
  const url = URL.createObjectURL(new Blob(told.value, { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return null;
}

/** All of a stream, as bytes. */
async function wholeLog(
  address: LogAddress,
  stream: LogStream,
): Promise<HubAnswer<Uint8Array<ArrayBuffer>[]>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let fromByte = 0;
  for (;;) {
    const answer = await askHub('log', {
      parameters: { id: address.task },
      query: { run: address.run, attempt: address.attempt, stream, fromByte, maxBytes: SLICE_BYTES },
    });
    if (!answer.ok) return answer;
    const { slice } = answer.value;
    if (slice.fromByte > fromByte)
      parts.push(new TextEncoder().encode(`\n[${slice.fromByte - fromByte} bytes were left out here]\n`));
    parts.push(bytesOf(slice.base64));
    if (slice.toByte >= slice.sizeBytes || slice.toByte <= fromByte) return { ok: true, value: parts };
    fromByte = slice.toByte;
  }
}
