import { statSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { gapFor } from './capLog.ts';
import { logPaths } from './logFiles.ts';
import { LogNotThere } from './logNotThere.ts';
import { extent } from './readLog.ts';

const KIB = 1024;

describe('reading', () => {
  test('covers every byte once around a gap, and none of the gap', () => {
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.integer({ min: 1, max: 300 }),
        fc.option(fc.tuple(fc.nat(1000), fc.nat(1000)), { nil: null }),
        (size, maxBytes, edges) => {
          const gap =
            edges === null || size === 0
              ? null
              : { fromByte: Math.min(edges[0], size), toByte: Math.min(edges[0] + edges[1], size) };
          const seen: number[] = [];
          for (let at = 0; at < size; ) {
            const slice = extent({ fromByte: at }, size, maxBytes, gap);
            expect(slice.toByte - slice.fromByte).toBeLessThanOrEqual(maxBytes);
            for (let byte = slice.fromByte; byte < slice.toByte; byte++) seen.push(byte);
            expect(slice.toByte).toBeGreaterThan(at);
            at = slice.toByte;
          }
          const isInGap = (byte: number) => gap !== null && byte >= gap.fromByte && byte < gap.toByte;
          expect(seen).toEqual(
            Array.from({ length: size }, (_, byte) => byte).filter((byte) => !isInGap(byte)),
          );
        },
      ),
    );
  });

  test('past the end, or of the last bytes, stays inside', () => {
    expect(extent({ fromByte: 900 }, 100, 50, null)).toEqual({ fromByte: 100, toByte: 100 });
    expect(extent({ lastBytes: 900 }, 100, 500, null)).toEqual({ fromByte: 0, toByte: 100 });
    expect(extent({ lastBytes: 30 }, 100, 10, null)).toEqual({ fromByte: 70, toByte: 80 });
  });
});

test('the gap keeps head and tail whole and only grows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9_000_000), { maxLength: 20 }), (growth) => {
      let size = 0;
      let gap: { fromByte: number; toByte: number } | null = null;
      for (const grown of growth) {
        size += grown;
        const next = gapFor({ size, headBytes: 100_000, tailBytes: 2_000_000, before: gap });
        if (next === null) continue;
        expect(next.fromByte).toBeGreaterThanOrEqual(100_000);
        expect(next.toByte).toBeLessThanOrEqual(size - 2_000_000);
        expect(next.toByte).toBeGreaterThan(gap?.toByte ?? next.fromByte);
        gap = next;
      }
      expect(size - ((gap?.toByte ?? 0) - (gap?.fromByte ?? 0))).toBeLessThan(
        100_000 + 2_000_000 + 1_100_000,
      );
    }),
  );
});

test('a path is made of a checked id only', () => {
  for (const id of ['../../etc/passwd', 't1.1', 't1.1.1/../x', 't1.1.1\n', 't01.1.1', ''])
    expect(logPaths('/x', id)).toBeNull();
  expect(logPaths('/x', 't1.2.3')?.streams.err).toBe('/x/t1/2.3.err');
});

describe('of an attempt', () => {
  let bed: SupervisorBed;
  beforeEach(async () => {
    bed = await openSupervisorBed();
  });
  afterEach(() => bed.close());
  const read = (fromByte: number, waitMs = 0, stream: 'out' | 'err' = 'out') =>
    bed.supervisor.readLog({ attempt: 't1.1.1', stream, place: { fromByte }, maxBytes: 512 * KIB, waitMs });

  test('grown over its cap, the log loses its middle and no byte of head and tail', async () => {
    const script =
      'echo first line; i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero | tr "\\\\0" x; i=$((i+1)); done; echo last line; sleep 30';
    await bed.supervisor.launch(
      leaseOf('t1.1.1', script, { logHeadBytes: 64 * KIB, logTailBytes: 256 * KIB }),
    );
    const { gap } = await waitFor('the gap', async () => {
      const slice = await read(0);
      return (
        slice.sizeBytes === 4_000_021 &&
        slice.gap !== null &&
        slice.sizeBytes - slice.gap.toByte < 600_000 &&
        slice
      );
    });
    const path = join(bed.folder, 'logs/t1/1.1.out');
    // Said before it is done.
    await waitFor('the disk to have it back', () => statSync(path).blocks * 512 < 1_000_000);
    const [head, tail] = [await read(0), await read(gap?.toByte ?? 0)];
    expect(head.toByte).toBe(gap?.fromByte);
    expect(Buffer.from(head.base64, 'base64').toString()).toBe(`first line\n${'x'.repeat(64 * KIB - 11)}`);
    expect(Buffer.from(tail.base64, 'base64').toString()).toMatch(/^x+last line\n$/);
    expect((await read((gap?.fromByte ?? 0) + 5)).fromByte).toBe(gap?.toByte);
    // The program goes on to append behind it.
    expect((await readFile(path)).subarray(-10).toString()).toBe('last line\n');
  });

  test('who waits for more is told within 100 ms of new bytes, and at the end', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'echo begun; sleep 0.5; date +%s%3N; sleep 0.5'));
    await waitFor('the first line', async () => (await read(0)).toByte > 0);
    const slice = await read(6, 10_000);
    const writtenAtMs = Number(Buffer.from(slice.base64, 'base64').toString());
    expect(Date.now() - writtenAtMs).toBeLessThan(100);
    expect(slice.isComplete).toBe(false);
    const end = await read(slice.toByte, 10_000);
    expect(end).toMatchObject({ isComplete: true, base64: '' });
    expect(bed.report('t1.1.1')?.state).toBe('ended');
  });

  test('who waits for the end of a log that is empty yet is told its first bytes', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 0.4; echo late >&2; sleep 20'));
    const slice = await bed.supervisor.readLog({
      attempt: 't1.1.1',
      stream: 'err',
      place: { lastBytes: 100 },
      maxBytes: 100,
      waitMs: 10_000,
    });
    expect(Buffer.from(slice.base64, 'base64').toString()).toBe('late\n');
  });

  test('a wait without news ends when it should', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 20'));
    const beganMs = performance.now();
    expect(await read(0, 400)).toMatchObject({ base64: '', isComplete: false });
    expect(performance.now() - beganMs).toBeGreaterThan(380);
  });

  test('a wait for more ends with the agent: it would keep the process for 20 s', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 20'));
    const beganMs = performance.now();
    const waiting = read(0, 20_000);
    await bed.reopen();
    expect(await waiting).toMatchObject({ base64: '', isComplete: false });
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });

  test('of an attempt that never ran here there is none, nor through a link', async () => {
    await expect(read(0)).rejects.toThrow(LogNotThere);
    await mkdir(join(bed.folder, 'logs/t1'), { recursive: true });
    await symlink('/etc/passwd', join(bed.folder, 'logs/t1/1.1.out'));
    await expect(read(0)).rejects.toThrow(LogNotThere);
  });

  test('yesterday’s log is never written over', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'echo yesterday'));
    const { fence, sequence } = await bed.untilOver('t1.1.1');
    bed.supervisor.acknowledge([{ attempt: 't1.1.1', fence, sequence }]);
    expect(await bed.supervisor.launch(leaseOf('t1.1.1', 'echo today'))).toMatchObject({
      kind: 'refused',
      code: 'superseded',
    });
    // A hub that was restored from a backup gives out the same attempt again, under a new epoch.
    const lease = leaseOf('t1.1.1', 'echo today', { fence: { epoch: 2, number: 1 } });
    expect(await bed.supervisor.launch(lease)).toEqual({ kind: 'launched' });
    await bed.untilOver('t1.1.1');
    expect(await bed.log('t1.1.1')).toBe('today\n');
    expect(await readFile(join(bed.folder, 'logs/t1/1.1.epoch1-1.out'), 'utf8')).toBe('yesterday\n');
  });
});
