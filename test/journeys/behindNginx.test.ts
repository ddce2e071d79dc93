/** The configuration of docs/behind-nginx.md in a real nginx, with TLS: page, live figures and an agent come through, strangers do not. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { administratorOf } from '../support/administrator.ts';
import { skipWithout } from '../support/needs.ts';
import {
  freePort,
  type RunningHub,
  startHubProgram,
  startProgram,
  temporaryFolder,
} from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

const NAME = 'gpus.lab.example';
const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'behind-nginx.md'), 'utf8');

describe.skipIf(skipWithout('nginx', 'openssl'))('behind nginx', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let hub: RunningHub;
  let nginx: ChildProcess;
  let port: number;
  let olderPort: number;
  let certificate: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const dialect = await freePort();
    hub = await startHubProgram('hub', [
      ...['--host-name', NAME, '--dialect', `gpu-monitor=127.0.0.1:${dialect}`],
      ...['--dialect-writes', 'gpu-monitor=127.0.0.1'],
    ]);
    port = await freePort();
    olderPort = await freePort();
    certificate = join(folder.path, 'certificate.pem');
    const key = join(folder.path, 'key.pem');
    spawnSync('openssl', [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME},DNS:localhost`],
      ...['-keyout', key, '-out', certificate],
    ]);
    // The page, and an older system's port.
    const site = [...guide.matchAll(/```nginx\n([\s\S]*?)```/g)]
      .map(([, block = '']) => block)
      .join('')
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('listen 7864 ssl', `listen 127.0.0.1:${olderPort} ssl`)
      .replaceAll('/etc/ssl/certs/gpus.lab.example.pem', certificate)
      .replaceAll('/etc/ssl/private/gpus.lab.example.key', key)
      .replace('http://127.0.0.1:3569', hub.url)
      .replace('http://127.0.0.1:7864', `http://127.0.0.1:${dialect}`);
    mkdirSync(join(folder.path, 'temporary'));
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `${what}_temp_path ${folder.path}/temporary/${what};`,
    );
    writeFileSync(
      join(folder.path, 'nginx.conf'),
      `daemon off; pid ${folder.path}/pid; error_log stderr warn;\nevents {}\nhttp { access_log off; ${places.join(' ')}\n${site}}\n`,
    );
    nginx = spawn('/usr/sbin/nginx', ['-p', folder.path, '-c', join(folder.path, 'nginx.conf')], {
      stdio: 'inherit',
    });
    await waitFor('nginx', async () => (await ask('/')).status === 200);
  });
  afterAll(async () => {
    nginx.kill('SIGTERM');
    await hub.end();
    await folder.remove();
  });

  const tls = () => ({ ca: readFileSync(certificate), host: '127.0.0.1', port, servername: NAME });
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    { at = port, body }: { at?: number; body?: string } = {},
  ): Promise<{ status: number; text: string; headers: IncomingHttpHeaders }> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ ...tls(), port: at, path, method: body === undefined ? 'GET' : 'POST' },
          headers: { host: `${NAME}:${at}`, 'content-type': 'application/json', ...headers },
        },
        (answer) => {
          let text = '';
          answer.on('data', (data) => {
            text += String(data);
          });
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });

  test('the page is served, reading needs a login there, and none on the machine itself', async () => {
    expect((await ask('/', { accept: 'text/html' })).text).toContain('<title>FlowLine</title>');
    expect((await ask('/api/v1/nodes')).status).toBe(401);
    const token = readFileSync(join(hub.dataFolder, 'token'), 'utf8').trim();
    expect((await ask('/api/v1/nodes', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await fetch(`${hub.url}/api/v1/nodes`)).status).toBe(200);
  });

  test('the cookie of a page that came by TLS is sent by TLS alone', async () => {
    const { url } = await (await administratorOf(hub)).call('createLink');
    const code = new URLSearchParams(new URL(url).hash.slice(1)).get('code');
    const { headers } = await ask(
      '/api/v1/session',
      { origin: `https://${NAME}:${port}` },
      { body: JSON.stringify({ code }) },
    );
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict; Secure$/);
  });

  test('an older page leads to ours by TLS; what it writes needs a token, though its network is open', async () => {
    const older = { at: olderPort };
    const { status, headers } = await ask('/', {}, older);
    expect([status, headers.location]).toEqual([302, `https://${NAME}/`]);
    expect((await ask('/api/gpu-stats', {}, older)).status).toBe(200);
    const kill = { ...older, body: '{"hostname":"x","pids":[1]}' };
    expect((await ask('/api/kill-processes', {}, kill)).text).toContain('writing is off');
    const { token } = await (await administratorOf(hub)).call('createToken', {
      body: { scope: 'dialect-write', label: 'alice' },
    });
    expect((await ask(`/t/${token}/api/kill-processes`, {}, kill)).status).toBe(404);
  });

  test.each([
    ['the page of that name', `https://${NAME}`, 101],
    ['another site', 'https://evil.example', 403],
  ])('live figures: %s', async (_what, origin, status) => {
    const token = readFileSync(join(hub.dataFolder, 'token'), 'utf8').trim();
    const socket = new WebSocket(`wss://127.0.0.1:${port}/api/v1/live`, {
      ...tls(),
      headers: { host: `${NAME}:${port}`, authorization: `Bearer ${token}` },
      origin: origin.includes(NAME) ? `${origin}:${port}` : origin,
    });
    const answered = await new Promise((resolve) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
      socket.on('error', (failure) => resolve(String(failure)));
    });
    socket.terminate();
    expect(answered).toBe(status);
  });

  test('an agent joins and reports by the address that people use', async () => {
    const administrator = await administratorOf(hub);
    const { token } = await administrator.call('createToken', { body: { scope: 'join' } });
    const agent = startProgram(
      ['agent', 'join', `https://localhost:${port}`, '--data', join(folder.path, 'agent')],
      {
        FLOWLINE_JOIN_TOKEN: token,
        NODE_EXTRA_CA_CERTS: certificate,
      },
    );
    await waitFor(
      'it to report',
      async () => (await administrator.call('nodes')).nodes[0]?.state === 'online',
    );
    expect(await agent.stop()).toBe(0);
  });
});
