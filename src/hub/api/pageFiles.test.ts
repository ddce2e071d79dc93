import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPageFiles } from './pageFiles.ts';

let folder: string;
let app: FastifyInstance | null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-page-'));
  app = null;
});
afterEach(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A page of one script whose name tells its content, as a build leaves it. */
async function build(name: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), `<script src="/assets/${name}.js"></script>`);
  await writeFile(join(folder, 'assets', `${name}.js`), `run('${name}')`);
  await writeFile(join(folder, 'assets', `${name}.js.gz`), gzipSync(`run('${name}')`));
}

async function serve(changes = false): Promise<void> {
  const page = await readPageFiles(folder, changes);
  app = Fastify();
  app.setNotFoundHandler(
    (request, reply) => page?.send(request.url, request, reply) ?? reply.code(404).send(),
  );
}
const get = (url: string, headers: Record<string, string> = {}) =>
  (app as FastifyInstance).inject({ url, headers });

test('a page that is built anew under a running hub stays the one that it started with, whole', async () => {
  await build('old');
  await serve();
  await build('new');
  expect((await get('/')).body).toContain('/assets/old.js');
  const script = await get('/assets/old.js');
  expect([script.statusCode, script.body]).toEqual([200, "run('old')"]);
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(script.headers['cache-control']).toContain('immutable');
  expect((await get('/assets/new.js')).statusCode).toBe(404);
});

test('whoever works on the page sees what he built when he opens it again', async () => {
  await build('old');
  await serve(true);
  await build('new');
  expect((await get('/')).body).toContain('/assets/new.js');
  expect((await get('/assets/new.js')).body).toBe("run('new')");
  await rm(folder, { recursive: true });
  expect((await get('/')).body).toContain('/assets/new.js');
});

test('it travels compressed to whom that suits, and as it is to others', async () => {
  await build('old');
  await serve();
  const compressed = await get('/assets/old.js', { 'accept-encoding': 'br, gzip;q=0.8' });
  expect(compressed.headers['content-encoding']).toBe('gzip');
  expect(String(gunzipSync(compressed.rawPayload))).toBe("run('old')");
  const plain = await get('/assets/old.js', { 'accept-encoding': 'gzip;q=0, identity' });
  expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, "run('old')"]);
});

test('a browser that has it is told so', async () => {
  await build('old');
  await serve();
  const { headers } = await get('/');
  expect(headers['cache-control']).toBe('no-cache');
  const again = await get('/', { 'if-none-match': String(headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('a folder without a page has none', async () => {
  expect(await readPageFiles(join(folder, 'nothing'))).toBeNull();
});
