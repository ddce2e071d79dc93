import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import { temporaryFolder } from '../../test/support/program.ts';
import { parseListen } from './options.ts';

describe('the token that a command sends', () => {
  let hub: SaidHub;
  let folder: { path: string; remove: () => Promise<void> };
  beforeEach(async () => {
    hub = await startSaidHub(() => ({ nodes: [] }));
    folder = await temporaryFolder();
    await writeFile(join(folder.path, 'token'), 'fl_ofTheFolder\n');
  });
  afterEach(async () => {
    await hub.stop();
    await folder.remove();
  });
  const run = (environment: Record<string, string>, ...more: string[]) =>
    runCommandLine(['nodes', '--hub', hub.url, ...more], { environment });
  const sent = () => hub.requests.at(-1)?.authorization;

  test("a hub of this machine is sent the data folder's own", async () => {
    await run({ FLOWLINE_DATA: folder.path });
    expect(sent()).toBe('Bearer fl_ofTheFolder');
  });

  test('what a link there leads to is no token: it may be a secret of another kind', async () => {
    await writeFile(join(folder.path, 'secret'), 'another\n');
    await rm(join(folder.path, 'token'));
    await symlink(join(folder.path, 'secret'), join(folder.path, 'token'));
    await run({ FLOWLINE_DATA: folder.path });
    expect([hub.requests.length, sent()]).toEqual([1, undefined]);
  });

  test("a hub elsewhere is never sent the data folder's, only one that was given", async () => {
    const headers: unknown[] = [];
    vi.stubGlobal('fetch', async (_url: string, { headers: sentHeaders }: RequestInit) => {
      headers.push(sentHeaders);
      return Response.json({ nodes: [] });
    });
    const elsewhere = ['nodes', '--hub', 'http://192.0.2.7:3569'];
    await runCommandLine(elsewhere, { environment: { FLOWLINE_DATA: folder.path } });
    await runCommandLine(elsewhere, { environment: { FLOWLINE_TOKEN: 'fl_given' } });
    vi.unstubAllGlobals();
    expect(headers).toEqual([{}, { authorization: 'Bearer fl_given' }]);
  });

  test("a hub that does not know the folder's is asked without; one that was given is refused aloud", async () => {
    const strict = await startSaidHub((_line, _body, authorization) =>
      authorization === undefined ? { nodes: [] } : 401,
    );
    const argv = ['nodes', '--hub', strict.url];
    const local = await runCommandLine(argv, { environment: { FLOWLINE_DATA: folder.path } });
    const given = await runCommandLine(argv, { environment: { FLOWLINE_TOKEN: 'fl_given' } });
    await strict.stop();
    expect([local.code, given.code]).toEqual([0, 4]);
  });

  test('one in the environment goes before it, one in a named file before both', async () => {
    await run({ FLOWLINE_DATA: folder.path, FLOWLINE_TOKEN: 'fl_ofTheEnvironment' });
    expect(sent()).toBe('Bearer fl_ofTheEnvironment');
    const file = join(folder.path, 'other');
    await writeFile(file, 'fl_ofTheFile\n');
    await run({ FLOWLINE_DATA: folder.path, FLOWLINE_TOKEN: 'fl_ofTheEnvironment' }, '--token-file', file);
    expect(sent()).toBe('Bearer fl_ofTheFile');
  });

  test('a file that cannot be read or holds no token is wrong usage', async () => {
    const file = join(folder.path, 'broken');
    expect((await run({}, '--token-file', file)).code).toBe(2);
    await writeFile(file, 'two words\n');
    const { code, errors } = await run({}, '--token-file', file);
    expect(code).toBe(2);
    expect(errors).toContain('holds no token');
    expect(hub.requests).toEqual([]);
  });
});

test.each([
  ['3700', '127.0.0.1', 3700],
  ['0.0.0.0:3569', '0.0.0.0', 3569],
  ['[::1]:3569', '::1', 3569],
])('--listen %s', (text, host, port) => {
  expect(parseListen(text)).toEqual({ host, port });
});

test.each(['', 'host', '::1:80', 'a:b'])('--listen %j is refused', (text) => {
  expect(() => parseListen(text)).toThrow('HOST:PORT');
});

test.each(['65536', '127.0.0.1:99999', '4294967296'])('--listen %j names the last port there is', (text) => {
  expect(() => parseListen(text)).toThrow('the last is 65535');
});
