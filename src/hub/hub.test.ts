import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { waitFor } from '../../test/support/waitFor.ts';
import { systemClock } from '../io/clock.ts';
import { silentLog } from '../io/log.ts';
import { MAX_LIVE_FRAME_BYTES } from '../model/limits.ts';
import { hubApi } from '../protocol/hubApi.ts';
import type { Route } from '../protocol/route.ts';
import { type Hub, startHub } from './hub.ts';

let folder: string;
let hub: Hub;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-hub-'));
  hub = await startHub({
    dataFolder: folder,
    listen: { host: '127.0.0.1', port: 0 },
    hostNames: ['gpus.lab.example'],
    readers: 'link',
    version: 'test',
    page: null,
    clock: systemClock,
    log: silentLog,
  });
});
afterEach(async () => {
  await hub.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A raw request: fetch would not let us lie about Host and Origin, nor choose from where it comes. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  localAddress = '127.0.0.1',
): Promise<{
  status: number;
  json: { error?: { code: string; hint: string | null } } & Record<string, unknown>;
  headers: NodeJS.Dict<string | string[]>;
}> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      hub.url + path,
      { method, headers, agent: false, localAddress },
      (response) => {
        let text = '';
        response.on('data', (data) => {
          text += String(data);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            json: JSON.parse(text || '{}'),
            headers: response.headers,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const upgradeOf = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`;

/** Bytes that no client of ours would send, and what came back until the connection ended. */
function exchange(bytes: string): Promise<{ head: string; body: string }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ head, body });
    });
    socket.write(bytes);
  });
}
const json = { 'content-type': 'application/json' };
const administrator = () => ({ authorization: `Bearer ${hub.localToken}` });

describe('doors', () => {
  test('every route names its right', () => {
    for (const route of Object.values<Route>(hubApi)) {
      expect(['open', 'viewer', 'user', 'administrator', 'join']).toContain(route.right);
    }
  });

  test('anybody on this machine may read', async () => {
    expect((await ask('GET', '/api/v1/nodes')).json).toEqual({ nodes: [] });
  });

  test.each([
    ['x-forwarded-for', '10.0.0.7'],
    ['forwarded', 'for=10.0.0.7'],
    ['via', '1.1 proxy'],
    ['host', 'gpus.lab.example'],
  ])(
    'what a server in front passes on (%s) is not from this machine: reading needs a login',
    async (name, value) => {
      const { status, json: answer } = await ask('GET', '/api/v1/nodes', { [name]: value });
      expect([status, answer.error?.code]).toEqual([401, 'login-needed']);
      expect((await ask('GET', '/api/v1/nodes', { [name]: value, ...administrator() })).status).toBe(200);
    },
  );

  test.each(['evil.example', 'evil.example:3569', '127.0.0.1.evil.example', '169.254.1.1'])(
    'a foreign Host (%j) is refused',
    async (host) => {
      const { status, json: answer } = await ask('GET', '/api/v1/nodes', { host });
      expect(status).toBe(421);
      expect(answer.error?.code).toBe('foreign-host');
    },
  );

  test.each(['http://evil.example', 'http://127.0.0.1:1', 'null', 'https://localhost'])(
    'a foreign Origin (%s) is refused, for reading too',
    async (origin) => {
      expect((await ask('GET', '/api/v1/nodes', { origin })).json.error?.code).toBe('foreign-origin');
      expect((await ask('POST', '/api/v1/links', { origin, ...administrator() })).json.error?.code).toBe(
        'foreign-origin',
      );
    },
  );

  test.each([
    ['a foreign Host', { host: 'evil.example' }, 421],
    ['a foreign Origin', { origin: 'http://evil.example' }, 403],
    ["another port's Origin", { origin: 'http://127.0.0.1:1' }, 403],
    ['a page that the browser calls of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a credential that is none', { authorization: 'Bearer fl_0' }, 401],
    ['no such thing', {}, 101],
  ])('the live socket is opened to %s with status %i', async (_, headers, status) => {
    expect(await upgradeStatus('/api/v1/live', headers)).toBe(status);
  });

  test('a machine is linked by no page', async () => {
    const { nodeToken } = await hub.admitMachine({ hostname: 'atlas', machineId: 'machine atlas' });
    const authorization = `Bearer ${nodeToken}`;
    const origin = new URL(hub.url).origin;
    expect(await upgradeStatus('/api/v1/agents/link', { authorization, origin })).toBe(403);
    expect(await upgradeStatus('/api/v1/agents/link', { authorization })).toBe(101);
  });

  test("a page of another site is told by the browser's own word, also without Origin", async () => {
    const { json: answer } = await ask('POST', '/api/v1/links', {
      'sec-fetch-site': 'cross-site',
      ...administrator(),
    });
    expect(answer.error?.code).toBe('foreign-origin');
  });

  test('nobody writes without a login', async () => {
    for (const [name, route] of Object.entries<Route>(hubApi)) {
      if (route.right === 'open' || route.right === 'viewer') continue;
      const { status } = await ask(
        route.method,
        route.path.replace('{id}', 'x'),
        json,
        route.body ? '{}' : '',
      );
      expect(`${name} ${status === 401 || status === 400}`).toBe(`${name} true`);
    }
  });

  test('a wrong token is told, not taken for nobody', async () => {
    const wrong = hub.localToken.slice(0, -2) + (hub.localToken.endsWith('AA') ? 'BB' : 'AA');
    expect((await ask('GET', '/api/v1/nodes', { authorization: `Bearer ${wrong}` })).status).toBe(401);
  });

  test('guessing node credentials at the link is slowed too', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 30; tries++) statuses.push(await linkStatus('fl_0'));
    expect(statuses).toContain(429);
  });

  test('a path that cannot be decoded is refused in our shape, with our headers', async () => {
    const { status, json: answer, headers } = await ask('GET', '/api/v1/nodes/%E0%A4%A');
    expect([status, answer.error?.code]).toEqual([400, 'malformed-path']);
    expect(headers['content-security-policy']).toBeTruthy();
  });

  test('who asks without end is slowed, and takes nothing from those behind the same address who proved who they are', async () => {
    const machine = await hub.admitMachine({ hostname: 'atlas', machineId: 'machine atlas' });
    const { json: opened, headers } = await ask(
      'POST',
      '/api/v1/session',
      json,
      JSON.stringify({ code: hub.createLink().split('#code=')[1] }),
    );
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    await waitFor('the limit', async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => ask('GET', '/api/v1/health')));
      return answers.some(({ status }) => status === 429);
    });
    expect((await ask('GET', '/api/v1/nodes', administrator())).status).toBe(200);
    const session = { cookie, 'x-flowline-session': String(opened.secret) };
    expect((await ask('GET', '/api/v1/nodes', session)).status).toBe(200);
    expect(await linkStatus(machine.nodeToken)).toBe(101);
  });

  test('a credential that asks without end is slowed too', async () => {
    await waitFor('the limit', async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => ask('GET', '/api/v1/health', administrator())),
      );
      return answers.some(
        ({ status, json: { error } }) => status === 429 && error?.code === 'too-many-requests',
      );
    });
    expect((await ask('GET', '/api/v1/health')).status).toBe(200);
  });

  test('guessing tokens is slowed, from whichever address of loopback', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 30; tries++) {
      const guess = { authorization: 'Bearer fl_0' };
      statuses.push((await ask('GET', '/api/v1/nodes', guess, undefined, `127.0.0.${tries + 1}`)).status);
    }
    expect(statuses).toContain(429);
  });

  test('a body is read once it is known whose it is, and a short one of whoever need not say it', async () => {
    const torn = '{';
    const codeOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).json.error?.code;
    expect(await codeOf('POST', '/api/v1/tables', json, torn)).toBe('login-needed');
    expect(await codeOf('POST', '/api/v1/tables', { ...administrator(), ...json }, torn)).toBe(
      'malformed-request',
    );
    const [, join] = Object.entries(hubApi).find(([, { right }]) => right === 'join') ?? [];
    expect(await codeOf('POST', join?.path ?? '', json, torn)).toBe('join-token-needed');
    const long = JSON.stringify({ code: 'x'.repeat(17_000) });
    for (const path of ['/api/v1/session', '/api/v1/nowhere'])
      expect(await codeOf('POST', path, json, long)).toBe('body-too-large');
  });

  test('the answers carry the strict headers', async () => {
    const { headers } = await ask('GET', '/api/v1/health');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('the one-time link', () => {
  const open = async (code: string) => ask('POST', '/api/v1/session', json, JSON.stringify({ code }));
  const codeOf = (link: string) => link.split('#code=')[1] ?? '';

  test('opens a session once, and not twice', async () => {
    const code = codeOf(hub.createLink());
    expect((await open(code)).status).toBe(200);
    expect((await open(code)).json.error?.code).toBe('unknown-code');
  });

  test('its cookie alone reads; with the secret it writes', async () => {
    const { json: opened, headers } = await open(codeOf(hub.createLink()));
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict$/);
    for (const [method, path] of [
      ['POST', '/api/v1/links'],
      ['DELETE', '/api/v1/session'],
      ['POST', '/api/v1/nodes/x/refresh'],
    ] as const) {
      expect((await ask(method, path, { cookie })).json.error?.code).toBe('session-secret-missing');
    }
    const withSecret = { cookie, 'x-flowline-session': String(opened.secret) };
    expect((await ask('POST', '/api/v1/links', withSecret)).status).toBe(200);
    expect((await ask('DELETE', '/api/v1/session', withSecret)).status).toBe(200);
    expect((await ask('POST', '/api/v1/links', withSecret)).status).toBe(401);
  });

  test('no secret is on disk in clear', async () => {
    const { json: opened } = await open(codeOf(hub.createLink()));
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(join(folder, 'sessions.json'), 'utf8')).not.toContain(String(opened.secret));
  });
});

describe('bad input', () => {
  test.each([
    ['malformed JSON', json, '{"code": ', 400],
    ['a wrong type', json, '{"code": 7}', 400],
    ['an unknown field', json, '{"code": "x", "extra": 1}', 400],
    ['another content type', { 'content-type': 'text/xml' }, '<a/>', 415],
    ['a huge body', json, JSON.stringify({ code: 'x'.repeat(2_000_000) }), 413],
  ])('%s is told with a reason', async (_, headers, body, status) => {
    const answer = await ask('POST', '/api/v1/session', headers, body);
    expect(answer.status).toBe(status);
    expect(answer.json.error?.code).toBeTruthy();
  });

  test.each([
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'a'.repeat(70_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['no HTTP', '\x16\x03\x01\x00\xa5garbage\r\n\r\n', 400, 'malformed-request'],
    [
      'two lengths of one body',
      'POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed-request',
    ],
    ['an upgrade to nothing', upgradeOf('//:'), 404, 'not-found'],
    ['an upgrade without its key', upgradeOf('/api/v1/live'), 400, 'malformed-upgrade'],
  ])('%s is answered in our shape', async (_, bytes, status, code) => {
    const { head, body } = await exchange(
      bytes.replace('HTTP/1.1\r\n', `HTTP/1.1\r\nHost: ${new URL(hub.url).host}\r\n`),
    );
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ error: { code } });
  });

  test.each(['/api/v1/nope', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/api/v1/nodes/%00'])(
    'the path %s leads nowhere, in words',
    async (path) => {
      const { status, json: answer } = await ask('GET', path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(answer.error?.code).toBeTruthy();
    },
  );
});

test('a viewer who sends more than a frame may hold is let go, and the hub goes on', async () => {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/api/v1/live`);
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('open', () => socket.send('x'.repeat(MAX_LIVE_FRAME_BYTES + 1)));
  expect(await closed).toBe(1009);
  expect((await ask('GET', '/api/v1/health')).status).toBe(200);
});

describe('joining', () => {
  const joinWith = (token: string) =>
    ask(
      'POST',
      '/api/v1/agents/join',
      { ...json, authorization: `Bearer ${token}` },
      JSON.stringify({ hostname: 'atlas', machineId: 'machine-one' }),
    );
  const createJoinToken = async (more: object = {}) => {
    const { json: answer } = await ask(
      'POST',
      '/api/v1/tokens',
      { ...json, ...administrator() },
      JSON.stringify({ scope: 'join', ...more }),
    );
    return String(answer.token);
  };

  test('a join token lets one machine in, once', async () => {
    const token = await createJoinToken();
    expect((await joinWith(token)).status).toBe(200);
    expect((await joinWith(token)).json.error?.code).toBe('unknown-join-token');
  });

  test('a machine that joins again keeps its id, and its old credential ends', async () => {
    const token = await createJoinToken({ uses: 2 });
    const first = (await joinWith(token)).json;
    const second = (await joinWith(token)).json;
    expect(second.nodeId).toBe(first.nodeId);
    expect(await linkStatus(String(first.nodeToken))).toBe(401);
    expect(await linkStatus(String(second.nodeToken))).toBe(101);
  });

  test('a machine that is connected cannot be taken over by its id, and the token is not used up by the try', async () => {
    const first = (await joinWith(await createJoinToken())).json;
    const socket = openLink(String(first.nodeToken));
    await new Promise((resolve) => socket.once('open', resolve));
    const token = await createJoinToken();
    expect((await joinWith(token)).json.error?.code).toBe('machine-connected');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close();
    await closed;
    await waitFor('the hub to notice', async () => (await joinWith(token)).status === 200);
  });

  test('a join token neither reads nor links', async () => {
    const token = await createJoinToken();
    expect((await ask('GET', '/api/v1/tokens', { authorization: `Bearer ${token}` })).status).toBe(401);
    expect(await linkStatus(token)).toBe(401);
  });
});

const openLink = (token: string): WebSocket =>
  new WebSocket(`${hub.url.replace('http', 'ws')}/api/v1/agents/link`, {
    headers: { authorization: `Bearer ${token}` },
  });

/** 101 where the link was opened, else the status of the refusal. */
const linkStatus = (token: string): Promise<number> =>
  upgradeStatus('/api/v1/agents/link', { authorization: `Bearer ${token}` });

function upgradeStatus(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}${path}`, { headers });
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
}
