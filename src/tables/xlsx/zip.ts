/**
 * As much of a zip archive as replacing one of its files takes: the others are carried over as the bytes they are, packed.
 *
 *   local header, name, data   ← for each file      0x04034b50
 *   central directory          ← where each is      0x02014b50
 *   end of the directory                            0x06054b50
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  name: string;
  method: number;
  packedBytes: number;
  unpackedBytes: number;
  /** Of its local header. */
  offset: number;
  /** Its part of the central directory. */
  centralStart: number;
  centralEnd: number;
}

export interface Zip {
  names: string[];
  /** Of all its files together, as its directory says. */
  unpackedBytes: number;
  /** Content of a file; null where there is none of that name. @throws where it cannot be unpacked */
  read(name: string): Promise<Uint8Array | null>;
  /** The archive with another content of one file. */
  replaced(name: string, content: Uint8Array): Promise<Uint8Array>;
}

/** Opens an archive. @throws Error where it is none, or one of more than 4 GiB */
export function openZip(bytes: Uint8Array): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view);
  const entries = readDirectory(bytes, view, end);
  const dataStart = ({ offset }: Entry): number =>
    offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  return {
    names: entries.map(({ name }) => name),
    unpackedBytes: entries.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
    async read(name) {
      const entry = entries.find((one) => one.name === name);
      if (!entry) return null;
      const start = dataStart(entry);
      const data = bytes.subarray(start, start + entry.packedBytes);
      if (entry.method === STORED) return data;
      if (entry.method !== DEFLATED) throw new Error(`${name} is packed in a way that is not known`);
      return through(data, new DecompressionStream('deflate-raw'));
    },
    async replaced(name, content) {
      const packed = await through(content, new CompressionStream('deflate-raw'));
      const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
      const directoryStart = view.getUint32(end + 16, true);
      const pieces: Uint8Array[] = [];
      const offsets = new Map<Entry, number>();
      let length = 0;
      const add = (piece: Uint8Array): void => {
        pieces.push(piece);
        length += piece.length;
      };
      for (const [index, entry] of inOrder.entries()) {
        offsets.set(entry, length);
        const next = inOrder[index + 1]?.offset ?? directoryStart;
        if (entry.name === name) {
          add(localHeader(bytes.subarray(entry.offset, dataStart(entry)), content, packed));
          add(packed);
        } else add(bytes.subarray(entry.offset, next));
      }
      const newDirectoryStart = length;
      for (const entry of entries) {
        const record = copied(bytes, entry.centralStart, entry.centralEnd);
        const fields = new DataView(record.buffer);
        if (entry.name === name) putSizes(fields, 8, content, packed);
        fields.setUint32(42, offsets.get(entry) ?? 0, true);
        add(record);
      }
      const tail = copied(bytes, end, bytes.length);
      const fields = new DataView(tail.buffer);
      fields.setUint32(12, length - newDirectoryStart, true);
      fields.setUint32(16, newDirectoryStart, true);
      add(tail);
      return joined(pieces, length);
    },
  };
}

function findEnd(view: DataView): number {
  // A comment of at most 64 KiB may follow it.
  const least = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= least; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error('it is no zip archive');
}

function readDirectory(bytes: Uint8Array, view: DataView, end: number): Entry[] {
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new Error('it is larger than 4 GiB');
  for (let index = 0; index < count; index += 1) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL)
      throw new Error('its directory is damaged');
    const nameBytes = view.getUint16(at + 28, true);
    const entryEnd =
      at + CENTRAL_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const offset = view.getUint32(at + 42, true);
    if (offset + LOCAL_BYTES > end || view.getUint32(offset, true) !== LOCAL)
      throw new Error('its directory is damaged');
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)),
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      unpackedBytes: view.getUint32(at + 24, true),
      offset,
      centralStart: at,
      centralEnd: entryEnd,
    });
    at = entryEnd;
  }
  return entries;
}

/** Flags, method, checksum and sizes, which stand in the same order in both headers. */
function putSizes(fields: DataView, flagsAt: number, content: Uint8Array, packed: Uint8Array): void {
  // The sizes stand here and not behind the data.
  fields.setUint16(flagsAt, fields.getUint16(flagsAt, true) & ~0x0008, true);
  fields.setUint16(flagsAt + 2, DEFLATED, true);
  fields.setUint32(flagsAt + 8, checksum(content), true);
  fields.setUint32(flagsAt + 12, packed.length, true);
  fields.setUint32(flagsAt + 16, content.length, true);
}

function localHeader(header: Uint8Array, content: Uint8Array, packed: Uint8Array): Uint8Array {
  const copy = copied(header, 0, header.length);
  putSizes(new DataView(copy.buffer), 6, content, packed);
  return copy;
}

async function through(
  data: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const result = new Response(new Blob([Uint8Array.from(data)]).stream().pipeThrough(stream));
  return new Uint8Array(await result.arrayBuffer());
}

/** A copy of our own: a Buffer's `slice` would be a window into what we were given. */
const copied = (bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(bytes.subarray(start, end));

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const result = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32, as zip has it. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CHECKSUMS[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
