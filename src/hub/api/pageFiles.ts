/**
 * The built page, held in memory as it was when the hub started: some 600 kB. A hub whose `dist/` is built anew under it
 * goes on serving the page that belongs to it, whole, until it is started again.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface PageFile {
  type: string;
  content: Buffer;
  isGzipped: boolean;
  /** The same for both encodings, hence a weak one. */
  etag: string;
  /** Its name holds a hash of its content: it never changes. */
  isImmutable: boolean;
}

export interface PageFiles {
  /** Answers a GET or HEAD of this path with its file; null, and nothing is sent, where there is none. */
  send(path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | null;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** `gzip`, and not `gzip;q=0`. */
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;
const uncompressed = promisify(gunzip);

/**
 * Reads the page that was built into a folder.
 * @param changes true where the page is worked on (`npm run dev`): it is read again whenever somebody opens it.
 * @returns null where none was built.
 */
export async function readPageFiles(folder: string, changes = false): Promise<PageFiles | null> {
  const read = await readAll(folder);
  if (!read) return null;
  let files = read;

  const answer = async (file: PageFile, { headers }: FastifyRequest, reply: FastifyReply) => {
    reply
      .code(200)
      .header('cache-control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      .header('etag', file.etag)
      .header('vary', 'accept-encoding');
    if (headers['if-none-match'] === file.etag) return reply.code(304).send();
    reply.type(file.type);
    if (!file.isGzipped) return reply.send(file.content);
    if (TAKES_GZIP.test(String(headers['accept-encoding'] ?? '')))
      return reply.header('content-encoding', 'gzip').send(file.content);
    return reply.send(await uncompressed(file.content));
  };

  return {
    send(path, request, reply) {
      const name = path === '/' ? '/index.html' : path;
      const file = files.get(name);
      if (!file) return null;
      if (!changes || name !== '/index.html') return answer(file, request, reply);
      return readAll(folder).then((now) => {
        files = now ?? files;
        return answer(files.get(name) ?? file, request, reply);
      });
    },
  };
}

/** Every file by its path, like `/assets/index-1a2b.js`; of two that are the same the compressed one. Null without a page. */
async function readAll(folder: string): Promise<ReadonlyMap<string, PageFile> | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join('/'));
  if (!paths.includes('/index.html')) return null;
  const known = new Set(paths);
  const wanted = paths.filter((path) => !known.has(`${path}.gz`));
  const files = await Promise.all(
    wanted.map(async (path): Promise<[string, PageFile]> => {
      const isGzipped = path.endsWith('.gz');
      const name = isGzipped ? path.slice(0, -'.gz'.length) : path;
      const content = await readFile(join(folder, path));
      const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return [
        name,
        { type, content, isGzipped, etag: `W/"${hash}"`, isImmutable: name.startsWith('/assets/') },
      ];
    }),
  );
  return new Map(files);
}
