/** Bytes of a log, as slices carry them. Pure. */

/** From the first whole line on, where the bytes may begin inside one. */
export function fromLineStart(bytes: Uint8Array<ArrayBuffer>, isStart: boolean) {
  const end = isStart ? -1 : bytes.indexOf(0x0a);
  return { bytes: bytes.subarray(end + 1), skipped: end + 1 };
}

/** The bytes of a slice. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return bytes;
}

/** Bytes as a slice carries them. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let place = 0; place < bytes.length; place += 8192)
    text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  return btoa(text);
}
