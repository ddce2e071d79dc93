/** A data folder on a full disk: what fails is told in words, what was acknowledged is kept, the figures go on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorOf } from '../support/administrator.ts';
import { freePort, type RunningHub, runProgram, startHubProgram } from '../support/program.ts';
import { mountSmallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { waitFor } from '../support/waitFor.ts';

// The queue's database and its log alone take some 300 KiB.
const disk: SmallDisk | null = mountSmallDisk(2048);
const why = disk === null ? ': this user may not mount a small disk' : '';

describe.skipIf(disk === null)(`a full disk${why}`, () => {
  let up: RunningHub;
  let place: Pick<RunningHub, 'url' | 'dataFolder'>;
  beforeAll(async () => {
    place = { url: `http://127.0.0.1:${await freePort()}`, dataFolder: `${disk?.path}/data` };
    up = await startHubProgram('up', [], {}, place);
  });
  afterAll(async () => {
    await up.end();
    disk?.remove();
  });

  const tokens = async () =>
    (await (await administratorOf(up)).call('tokens')).tokens.map(({ label }) => label);
  const createToken = async (label: string) =>
    (await administratorOf(up)).call('createToken', { body: { scope: 'read', label } });
  const takenAtMs = async () =>
    (await (await administratorOf(up)).call('nodes')).nodes[0]?.sample?.takenAtMs ?? 0;

  test('says so, keeps what was acknowledged and goes on showing figures', async () => {
    await createToken('before');
    await waitFor('a sample', takenAtMs);
    disk?.fill();
    await expect(createToken('never')).rejects.toMatchObject({ status: 507, code: 'disk-full' });
    await expect(createToken('never')).rejects.toThrow(/disk is full/);
    expect(await tokens()).toEqual(['before']);
    const now = await takenAtMs();
    await waitFor('another sample', async () => (await takenAtMs()) > now + 1_500);

    disk?.makeRoom();
    await createToken('after');
    expect(await tokens()).toEqual(['before', 'after']);
  });

  test('a hub killed on it starts again with everything that was acknowledged', async () => {
    disk?.fill();
    await expect(createToken('never')).rejects.toMatchObject({ code: 'disk-full' });
    up.child.kill('SIGKILL');
    await up.exit;
    const refused = await runProgram(['up', '--listen', new URL(place.url).host, '--data', place.dataFolder]);
    expect(refused.code).toBe(1);
    expect(refused.errors).toMatch(/disk is full/);
    expect(refused.errors).toMatch(/make room/);

    disk?.makeRoom();
    up = await startHubProgram('up', [], {}, place);
    expect(await tokens()).toEqual(['before', 'after']);
  });
});
