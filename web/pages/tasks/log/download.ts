/** A log as a file of the reader's: fetched whole through the hub, then handed to the browser. */
import type { LogStream } from '../../../../src/protocol/supervision.ts';
import type { HubAnswer } from '../../../live/hub.ts';
import { type LogAddress, wholeLog } from './logReading.ts';

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
