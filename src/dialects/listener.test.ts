import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../test/support/dialectBed.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { Dialect, DialectRequest } from './dialect.ts';
import { flaskError, flaskWrongVerb } from './flask.ts';
import { pythonAnswer, pythonJson } from './python.ts';

const answer = (body: object, status = 200) => pythonAnswer(pythonJson(body), status);

/** A dialect with one route of each kind; what its writing route was asked is kept. */
const written: DialectRequest[] = [];
const dialect = (): Dialect => ({
  name: 'gpu-monitor',
  role: 'main',
  isOpenToPages: true,
  notFound: () => flaskError(404),
  wrongVerb: flaskWrongVerb,
  refuse: (status, sentence) => answer({ error: sentence }, status),
  routes: [
    { verbs: ['GET'], path: '/read', handle: ({ writer }) => answer({ writer }) },
    { verbs: ['GET'], path: '/logs', isPrivate: true, handle: () => answer({ lines: [] }) },
    {
      verbs: ['POST'],
      path: '/write',
      writes: true,
      body: 'json',
      handle(request) {
        written.push(request);
        return answer({ done: true });
      },
    },
    {
      ...{ verbs: ['POST'], path: '/push', pushes: true, body: 'json', bodyLimitBytes: 1000 },
      handle(request) {
        written.push(request);
        return answer({ taken: true });
      },
    },
    { verbs: ['POST'], path: '/switch', writes: true, handle: () => answer({ done: true }) },
    { verbs: ['GET'], path: '/own', isPrivate: true, handle: ({ writer }) => answer({ writer }) },
    {
      verbs: ['GET'],
      path: '/fails',
      handle() {
        throw new Error('a secret of the inside');
      },
    },
    {
      verbs: ['GET'],
      path: '/refused',
      handle() {
        throw Object.assign(new Error('not yours'), { status: 404, code: 'unknown', hint: null });
      },
    },
  ],
});

const alice = { name: 'alice', role: 'user' } as const;
const JSON_TYPE = { 'content-type': 'application/json' };
let bed: DialectBed | null = null;
afterEach(async () => {
  written.length = 0;
  await bed?.stop();
  bed = null;
});
const serve = async (options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(dialect, options);
  return bed;
};
const write = (to: DialectBed, path = '/write', headers: Record<string, string> = JSON_TYPE, body = '{}') =>
  to.ask('POST', path, { headers, body });

describe('writing', () => {
  test('is off until it is opened, and says so in the error body of the dialect', async () => {
    const { status, body } = await write(await serve());
    expect([status, body]).toEqual([403, '{"error":"flowline: writing is off"}\n']);
    expect(written).toEqual([]);
  });

  test('is open to whoever has a token in the path, as its account', async () => {
    const to = await serve({ accounts: { 'fl_1_a-b_C': alice } });
    expect((await write(to, '/t/fl_1_a-b_C/write')).status).toBe(200);
    expect(written[0]?.writer).toEqual({ account: alice, isLocal: false });
    expect((await to.ask('GET', '/t/fl_1_a-b_C/read')).body).toBe('{"writer":null}\n');
  });

  test('is open to an opened network, as whoever opened it', async () => {
    await write(await serve({ networks: ['10.0.0.0/8', '127.0.0.0/24'] }));
    expect(written[0]?.writer).toEqual({
      account: { name: 'gpu-monitor from 127.0.0.0/24', role: 'administrator' },
      isLocal: true,
    });
    await bed?.stop();
    expect((await write(await serve({ networks: ['127.0.1.0/24', '::1/128'] }))).status).toBe(403);
  });

  test('what a proxy passes on comes from no network, and needs a token', async () => {
    const to = await serve({ networks: ['127.0.0.1'], accounts: { fl_good: alice } });
    for (const passed of [
      { 'x-forwarded-for': '10.0.0.1' },
      { via: '1.1 proxy' },
      { forwarded: 'for=10.0.0.1' },
    ]) {
      expect((await write(to, '/write', { ...JSON_TYPE, ...passed } as Record<string, string>)).status).toBe(
        403,
      );
      expect(
        (await write(to, '/t/fl_good/write', { ...JSON_TYPE, ...passed } as Record<string, string>)).status,
      ).toBe(200);
    }
  });

  test('a token that is not good opens nothing, not even reading, nor from an opened network', async () => {
    const to = await serve({ accounts: { fl_good: alice }, networks: ['127.0.0.1'] });
    for (const path of ['/t/fl_bad/write', '/t//write'])
      expect([(await write(to, path)).status, written.length]).toEqual([403, 0]);
    const { status, body } = await to.ask('GET', '/t/fl_bad/read');
    expect(status).toBe(403);
    expect(body).not.toContain('fl_bad');
  });

  test('guesses at tokens are slowed, and a good one is still heard', async () => {
    const to = await serve({ accounts: { fl_good: alice }, nowMs: () => 1000 });
    const statuses = [];
    for (let guess = 0; guess < 22; guess += 1)
      statuses.push((await write(to, `/t/fl_${guess}/write`)).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(403));
    expect(statuses.slice(20)).toEqual([429, 429]);
    expect((await write(to, '/t/fl_good/write')).status).toBe(200);
  });

  test('demands JSON, and refuses pages of another origin', async () => {
    const to = await serve({ networks: ['127.0.0.1'] });
    expect((await write(to, '/write', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await write(to, '/write', {})).status).toBe(415);
    expect((await write(to, '/write', JSON_TYPE, '{"a":')).status).toBe(400);
    for (const foreign of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: to.url.replace(/\d+$/, '1') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[])
      expect([foreign, (await write(to, '/write', { ...JSON_TYPE, ...foreign })).status]).toEqual([
        foreign,
        403,
      ]);
    expect(written).toEqual([]);
    expect((await write(to, '/write', { ...JSON_TYPE, origin: to.url })).status).toBe(200);
  });
});

describe('a route that has nothing to be told', () => {
  test('takes an empty request, as older scripts send it, from no page of another origin', async () => {
    const to = await serve({ networks: ['127.0.0.1'] });
    expect((await to.ask('POST', '/switch')).status).toBe(200);
    expect((await to.ask('POST', '/switch', { headers: { origin: 'http://evil.example' } })).status).toBe(
      403,
    );
    expect((await to.ask('POST', '/switch', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      403,
    );
    expect((await to.ask('POST', '/switch', { body: 'a=b' })).status).toBe(415);
  });

  test('is shut like any other that writes', async () => {
    expect((await (await serve()).ask('POST', '/switch')).status).toBe(403);
  });
});

test('a private route knows who asks: by a token, or by the network that was opened', async () => {
  const to = await serve({ accounts: { fl_good: alice } });
  expect((await to.ask('GET', '/own')).body).toBe('{"writer":null}\n');
  expect(JSON.parse((await to.ask('GET', '/t/fl_good/own')).body).writer).toMatchObject({ account: alice });
  await to.stop();
  const open = await serve({ networks: ['127.0.0.1'] });
  expect(JSON.parse((await open.ask('GET', '/own')).body).writer).toMatchObject({ isLocal: true });
  expect(JSON.parse((await open.ask('GET', '/read')).body).writer).toBeNull();
});

describe('pages of other origins', () => {
  test('read figures where the dialect is open to them, and nothing that writes or is private', async () => {
    const to = await serve({ networks: ['127.0.0.1'] });
    const star = async (method: string, path: string) =>
      (
        await to.ask(method, path, {
          headers: JSON_TYPE,
          body: method === 'POST' ? '{}' : undefined,
        } as never)
      ).headers['access-control-allow-origin'];
    expect([await star('GET', '/read'), await star('GET', '/nothing')]).toEqual(['*', '*']);
    for (const [method, path] of [
      ['GET', '/logs'],
      ['POST', '/write'],
      ['OPTIONS', '/write'],
      ['GET', '/write'],
    ] as const)
      expect([method, path, await star(method, path)]).toEqual([method, path, undefined]);
  });
});

describe('the doors', () => {
  test('a name that is not ours is refused: DNS rebinding', async () => {
    const { ask } = await serve();
    expect((await ask('GET', '/read', { headers: { host: 'evil.example:7864' } })).status).toBe(421);
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:80'])
      expect((await ask('GET', '/read', { headers: { host } })).status).toBe(200);
  });

  test('names that are not ours are told in the log, each once, and not without end', async () => {
    const { ask, warnings } = await serve();
    const call = (host: string) => ask('GET', '/read', { headers: { host } });
    await call('gpu1.lab:7864');
    await call('GPU1.lab');
    expect(warnings).toEqual([{ dialect: 'gpu-monitor', name: 'gpu1.lab' }]);
    for (let name = 0; name < 30; name += 1) await call(`n${name}`);
    expect(warnings).toHaveLength(20);
  });

  test('one address may ask so often, and all of loopback is one', async () => {
    const { ask } = await serve({ requests: { perSecond: 1, burst: 3 }, nowMs: () => 5000 });
    const statuses = [];
    for (let time = 0; time < 5; time += 1)
      statuses.push((await ask('GET', '/read', { localAddress: `127.0.0.${time + 1}` })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test('a body that is too large is refused in the words of the dialect', async () => {
    const to = await serve({ networks: ['127.0.0.1'] });
    const { status, body } = await write(to, '/write', JSON_TYPE, `"${'x'.repeat(64 * 1024)}"`);
    expect([status, JSON.parse(body).error]).toEqual([413, 'flowline: the body is too large']);
  });

  test('what fails inside stays inside; what was made to be told is told', async () => {
    const { ask } = await serve();
    const { status, body } = await ask('GET', '/fails');
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    const refused = await ask('GET', '/refused');
    expect([refused.status, refused.body]).toEqual([404, '{"error":"flowline: not yours"}\n']);
  });

  test('HEAD is answered as GET without its body; a wrong verb with those that there are', async () => {
    const { ask } = await serve();
    const head = await ask('HEAD', '/read');
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '16', '']);
    const wrong = await ask('DELETE', '/write');
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST, OPTIONS']);
  });

  test.each(['/%', '/%zz', '/t/%/read', '/read/../../etc/passwd', '//read', '/t/'])(
    '%s is an answer, not a failure',
    async (path) => {
      expect((await (await serve()).ask('GET', path)).status).toBeLessThan(500);
    },
  );
});

test('an address that opens every connection there is shuts out nobody else', async () => {
  const to = await serve();
  const port = Number(new URL(to.url).port);
  const sockets = Array.from({ length: 310 }, () => connect(port, '127.0.0.1'));
  let closed = 0;
  for (const socket of sockets) socket.on('error', () => {}).on('close', () => (closed += 1));
  await waitFor('those that are too many', () => closed === 10);
  const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  const heard = new Promise((resolve) => other.once('data', (data) => resolve(String(data))));
  other.write('GET /read HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await heard).toContain('200 OK');
  for (const socket of [...sockets, other]) socket.destroy();
});

describe('pushing', () => {
  const push = (to: DialectBed, path = '/push', headers: Record<string, string> = JSON_TYPE, body = '{}') =>
    to.ask('POST', path, { headers, body });

  test('what is nested deeper than anybody means it is not read', async () => {
    const to = await serve();
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect((await push(to, '/push', JSON_TYPE, nested(63))).status).toBe(200);
    const before = written.length;
    expect((await push(to, '/push', JSON_TYPE, nested(64))).status).toBe(400);
    expect(written).toHaveLength(before);
  });

  test('is open to everybody, until networks are named', async () => {
    expect((await push(await serve())).status).toBe(200);
    await bed?.stop();
    const to = await serve({ reporters: ['10.0.0.0/8'], accounts: { fl_good: alice } });
    const { status, body } = await push(to);
    expect([status, body]).toEqual([
      403,
      '{"error":"flowline: reports are taken from certain addresses only"}\n',
    ]);
    expect((await push(to, '/t/fl_bad/push')).status).toBe(403);
    expect((await push(to, '/t/fl_good/push')).status).toBe(200);
    await bed?.stop();
    const here = await serve({ reporters: ['10.0.0.0/8', '127.0.0.1'] });
    expect((await push(here)).status).toBe(200);
    // Who stands behind a proxy, nobody knows.
    expect((await push(here, '/push', { ...JSON_TYPE, 'x-forwarded-for': '127.0.0.1' })).status).toBe(403);
    expect(written).toHaveLength(3);
  });

  test('too many bytes of one address are refused before they are read, and its reading goes on', async () => {
    const to = await serve({ pushedBytes: { perSecond: 1, burst: 500 }, nowMs: () => 1000 });
    const large = JSON.stringify({ x: 'y'.repeat(290) });
    expect((await push(to, '/push', JSON_TYPE, large)).status).toBe(200);
    expect((await push(to, '/push', JSON_TYPE, large)).status).toBe(429);
    expect((await push(to)).status).toBe(200);
    expect((await to.ask('GET', '/read')).status).toBe(200);
    expect(written).toHaveLength(2);
    // In pieces, and so without a length: it counts for as much as may come.
    const pieces = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
    expect((await push(to, '/push', pieces)).status).toBe(429);
  });

  test('a body that is refused is not waited for', async () => {
    const to = await serve({ reporters: ['10.0.0.0/8'] });
    const { port } = new URL(to.url);
    const raw = connect(Number(port), '127.0.0.1');
    let told = '';
    raw.on('data', (part) => {
      told += part;
    });
    raw.write(
      'POST /push HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{',
    );
    await waitFor('the answer', () => told.includes('403 Forbidden'));
    raw.destroy();
  });
});

test('each refusal at a door is told to the trail, with the route and never with what a stranger wrote', async () => {
  const to = await serve({ accounts: {} });
  await write(to);
  await write(to, '/t/fl_secret/write');
  await to.ask('GET', '/t/fl_secret/elsewhere-secret', { headers: { host: 'evil.example' } });
  await write(to, '/write', { ...JSON_TYPE, origin: 'http://evil.example' });
  await to.ask('GET', '/nothing');
  const at = { dialect: 'gpu-monitor', from: '127.0.0.1' };
  expect(to.refusals).toEqual([
    { ...at, reason: 'writing is off', on: 'gpu-monitor: POST /write' },
    { ...at, reason: 'unknown token', on: 'gpu-monitor: POST /write' },
    { ...at, reason: 'called evil.example', on: 'gpu-monitor: GET elsewhere' },
    { ...at, reason: 'writing is off', on: 'gpu-monitor: POST /write' },
  ]);
});
