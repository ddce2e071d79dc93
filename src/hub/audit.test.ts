import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../../test/support/manualClock.ts';
import { silentLog } from '../io/log.ts';
import { type AuditEntry, openAudit } from './audit.ts';

const entry: AuditEntry = {
  ...{ who: 'alice', what: 'kill', on: 'atlas:4711', result: 'done' },
  ...{ from: '10.0.0.7', door: 'token' },
};

test('deeds stand one a line in their order, after those of before, for the owner’s eyes only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowline-audit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  for (const on of ['first', 'second\nwith a line end']) {
    const audit = openAudit(folder, manualClock(5), silentLog);
    audit.write({ ...entry, on });
    audit.write({ ...entry, on: `${on} again` });
    await audit.stop();
  }
  const path = join(folder, 'audit.jsonl');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const told = lines.map((line): unknown => JSON.parse(line));
  expect(told).toHaveLength(4);
  expect(told[0]).toEqual({ atMs: 5, ...entry, on: 'first' });
  expect(told[3]).toMatchObject({ on: 'second\nwith a line end again' });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
