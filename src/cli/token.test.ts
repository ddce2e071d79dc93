import { afterEach, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import type { TokenInfo } from '../protocol/accountApi.ts';

const DAY_MS = 86_400_000;
const info = (changes: Partial<TokenInfo>): TokenInfo => ({
  id: '7KQ2M9',
  scope: 'read',
  label: null,
  role: null,
  createdAtMs: Date.now(),
  expiresAtMs: null,
  lastUsedAtMs: null,
  usesLeft: null,
  ...changes,
});

let hub: SaidHub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

test('a new token stands alone on stdout; when it expires is said on stderr', async () => {
  hub = await startSaidHub(() => ({
    token: 'fl_new',
    info: info({ expiresAtMs: Date.now() + 90 * DAY_MS }),
  }));
  const { code, output, errors } = await runCommandLine([
    'token',
    'create',
    '--scope',
    'read',
    '--hub',
    hub.url,
  ]);
  expect(code).toBe(0);
  expect(output).toBe('fl_new');
  expect(errors).toContain('expires in 90 d');
  expect(hub.requests.at(-1)?.body).toEqual({ scope: 'read', label: null });
});

test('--expires never is sent, and what it means is said', async () => {
  hub = await startSaidHub(() => ({ token: 'fl_new', info: info({}) }));
  const argv = ['token', 'create', '--scope', 'admin', '--expires', 'never', '--hub', hub.url];
  expect((await runCommandLine(argv)).errors).toContain('never expires');
  expect(hub.requests.at(-1)?.body).toMatchObject({ lifetimeSeconds: null });
});

test('tokens are listed under headings, in both languages', async () => {
  const tokens = [
    info({ label: 'dashboard', lastUsedAtMs: Date.now() - 60_000 }),
    info({ id: 'JOIN22', scope: 'join', usesLeft: 3, expiresAtMs: Date.now() + 3_630_000 }),
    info({ id: 'OLD333', scope: 'dialect-write', role: 'administrator', label: 'alice' }),
  ];
  hub = await startSaidHub(() => ({ tokens }));
  const argv = ['token', 'list', '--hub', hub.url];
  const { output } = await runCommandLine(argv);
  expect(output).toMatch(/^id +for +expires +uses left +last used +label\n/);
  expect(output).toMatch(/7KQ2M9 +read +never +1 min ago +dashboard/);
  expect(output).toMatch(/JOIN22 +join +in 1 h +3 +never/);
  expect(output).toMatch(/OLD333 +dialect-write \(administrator\) +never +never +alice/);
  const environment = { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' };
  expect((await runCommandLine(argv, { environment })).output).toMatch(/^编号 +用途 +过期/);
});

test('a dialect-write token says as what its holder acts', async () => {
  hub = await startSaidHub(() => ({
    token: 'fl_new',
    info: info({ scope: 'dialect-write', role: 'administrator' }),
  }));
  const argv = ['token', 'create', '--scope', 'dialect-write', '--label', 'alice', '--role', 'administrator'];
  expect((await runCommandLine([...argv, '--hub', hub.url])).output).toBe('fl_new');
  expect(hub.requests.at(-1)?.body).toEqual({
    scope: 'dialect-write',
    label: 'alice',
    role: 'administrator',
  });
  const wrong = await runCommandLine([
    'token',
    'create',
    '--scope',
    'dialect-write',
    '--role',
    'god',
    '--hub',
    hub.url,
  ]);
  expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining('say user or administrator')]);
});
