import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestHub } from '../../../test/support/hubInProcess.ts';
import { systemClock } from '../../io/clock.ts';
import type { HubProof } from '../../protocol/hubProof.ts';
import { OtherHub, provenKey } from '../../roles/hubPin.ts';
import { openIdentity } from './identity.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowline-identity-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the key of a hub', () => {
  test('is made once, for its owner only, and is the same after a restart', async () => {
    const first = await openIdentity(folder);
    expect((await stat(join(folder, 'hub-key'))).mode & 0o777).toBe(0o600);
    expect((await openIdentity(folder)).key).toBe(first.key);
    expect(JSON.stringify(first.prove('x'.repeat(43)))).not.toContain(
      (await readFile(join(folder, 'hub-key'), 'utf8')).split('\n')[1],
    );
  });

  test('that is damaged is told, and never made anew: no machine would know the hub', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const text of ['nonsense', String(privateKey.export({ type: 'pkcs8', format: 'pem' }))]) {
      await writeFile(join(folder, 'hub-key'), text);
      await expect(openIdentity(folder)).rejects.toThrow(/hub-key holds no Ed25519 key.*join/);
      expect(await readFile(join(folder, 'hub-key'), 'utf8')).toBe(text);
    }
  });
});

/** Whoever answers in a hub's stead. */
async function answering(answer: (challenge: string) => unknown, ask: (url: string) => Promise<void>) {
  const server = createServer((request, response) => {
    const challenge = new URL(request.url ?? '/', 'http://hub').searchParams.get('challenge') ?? '';
    response.end(JSON.stringify(answer(challenge)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close();
}

describe('a machine knows its hub again', () => {
  test('by its key, which no request of another kind tells', async () => {
    const hub = await startTestHub();
    const key = await provenKey(hub.url, null);
    expect(await provenKey(hub.url, key)).toBe(key);
    await expect(provenKey(hub.url, 'A'.repeat(43))).rejects.toThrow(OtherHub);
    await hub.end();
  });

  test('and no other that knows the key only, or has heard a proof', async () => {
    const real = await openIdentity(folder);
    const heard = real.prove('c'.repeat(43));
    const answers: ((challenge: string) => unknown)[] = [
      () => heard,
      (): HubProof => ({ key: real.key, proof: '' }),
      (): HubProof => ({ key: real.key, proof: 'A'.repeat(86) }),
      (): HubProof => ({ key: 'A'.repeat(43), proof: 'A'.repeat(86) }),
      () => ({ key: real.key }),
      () => [],
    ];
    for (const answer of answers)
      await answering(answer, async (url) => {
        await expect(provenKey(url, real.key)).rejects.toThrow(OtherHub);
      });
    await answering(real.prove, async (url) => {
      expect(await provenKey(url, real.key)).toBe(real.key);
    });
  });

  test('where somebody asks for proofs without end nobody else is kept away', async () => {
    // Its time stands still: what was used up comes back by no wait.
    const hub = await startTestHub(0, undefined, { ...systemClock, nowMs: () => 1_800_000_000_000 });
    const statuses = new Set<number>();
    for (let round = 0; round < 8; round++) {
      const ask = () => fetch(`${hub.url}/api/v1/hub/proof?challenge=${'c'.repeat(43)}`);
      for (const { status } of await Promise.all(Array.from({ length: 200 }, ask))) statuses.add(status);
    }
    expect(statuses).toContain(429);
    expect((await fetch(`${hub.url}/api/v1/health`)).status).toBe(200);
    await hub.end();
  });
});
