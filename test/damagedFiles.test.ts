/** What a start says of a file in the data folder that it cannot understand: which, and what to do, in both languages. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openIdentity } from '../src/hub/accounts/identity.ts';
import { openRecordFile } from '../src/io/recordFile.ts';
import { loadCredential } from '../src/roles/credentials.ts';
import { runCommandLine } from './support/commandLine.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-damaged-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each<[file: string, open: (folder: string) => Promise<unknown>, english: string, chinese: string]>([
  ['hub-key', openIdentity, 'holds no Ed25519 key', '里没有 Ed25519 密钥\n  请从备份恢复；'],
  ['nodes.json', (at) => openRecordFile(join(at, 'nodes.json'), String), 'is damaged: ', '已损坏：'],
  ['agent.json', loadCredential, 'is damaged: move it away', '已损坏\n  请把它移走，再用加入令牌重新加入'],
])('a torn %s is told with what to do, and left as it is', async (file, open, english, chinese) => {
  const path = join(folder, file);
  await writeFile(path, '{"torn');
  const start = async () => void (await open(folder));
  const say = (LANG: string) =>
    runCommandLine(['hub', '--data', folder], {
      environment: { LANG },
      roles: { up: start, hub: start, agent: start, demo: start },
    });
  const [told, toldZh] = [await say('C.UTF-8'), await say('zh_CN.UTF-8')];
  expect([told.code, toldZh.code]).toEqual([1, 1]);
  expect(told.errors).toContain(`${path} ${english}`);
  expect(toldZh.errors).toContain(`${path} ${chinese}`);
  expect(await readFile(path, 'utf8')).toBe('{"torn');
});
