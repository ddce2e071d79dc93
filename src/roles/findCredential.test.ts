import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJoinToken } from '../../test/support/administrator.ts';
import { startTestHub, type TestHub } from '../../test/support/hubInProcess.ts';
import { wordsOf } from '../cli/words/words.ts';
import { loadCredential, saveCredential } from './credentials.ts';
import { findCredential } from './findCredential.ts';

const words = wordsOf('en').starting;
/** Of the hub that this machine joined; none that answers here. */
const OTHER_KEY = 'A'.repeat(43);

let hub: TestHub;
let folder: string;
beforeEach(async () => {
  hub = await startTestHub();
  folder = await mkdtemp(join(tmpdir(), 'flowline-credential-'));
  await saveCredential(folder, { hubUrl: hub.url, nodeId: 'n1', nodeToken: 'fl_kept', hubKey: OTHER_KEY });
});
afterEach(async () => {
  await hub.end();
  await rm(folder, { recursive: true });
});

const find = (joinToken: string | null, joinsAnew: boolean) =>
  findCredential(
    folder,
    'machine atlas',
    { hubUrl: hub.url, likelyHubUrl: null, joinToken, joinsAnew },
    words,
  );
const machines = () => hub.nodes().map(({ name }) => name);

describe('another hub at the address of the one that was joined', () => {
  test('is sent no join token that merely stands in the environment', async () => {
    const joinToken = await createJoinToken(hub, 1);
    expect((await find(joinToken, false)).nodeToken).toBe('fl_kept');
    expect(machines()).toEqual([]);
  });

  test('is joined by whoever types `agent join`, and known from then on', async () => {
    const joined = await find(await createJoinToken(hub, 1), true);
    expect(joined.hubKey).not.toBe(OTHER_KEY);
    expect(await loadCredential(folder)).toEqual(joined);
    expect(machines()).toHaveLength(1);
  });

  test('is not joined without a token', async () => {
    expect((await find(null, true)).nodeToken).toBe('fl_kept');
  });
});

test.each(['', '{"hubUrl": "http://127', '[]', '{}'])(
  'a credential that reads %j is told as damaged, with its file and what to do',
  async (text) => {
    await writeFile(join(folder, 'agent.json'), text);
    await expect(find(null, false)).rejects.toThrow(
      `${join(folder, 'agent.json')} is damaged: move it away and join again`,
    );
  },
);
