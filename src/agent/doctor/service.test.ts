import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctorBed } from '../../../test/support/doctorBed.ts';
import { checkService, unitOf } from './service.ts';

const bed = doctorBed();
const link = { state: 'connected' as const, sinceMs: 0 };

test('the service is found in the control group, and a login or container is none', () => {
  expect(unitOf('0::/system.slice/flowline.service\n')).toEqual({ name: 'flowline.service', isUsers: false });
  expect(unitOf('3:cpu:/x\n1:name=systemd:/system.slice/flowline.service\n')).toEqual({
    name: 'flowline.service',
    isUsers: false,
  });
  expect(unitOf('0::/user.slice/user-1000.slice/user@1000.service/app.slice/fl.service\n')).toEqual({
    name: 'fl.service',
    isUsers: true,
  });
  for (const text of [
    '0::/\n',
    '0::/user.slice/user-1000.slice/session-3.scope\n',
    '0::/user.slice/user-1000.slice/user@1000.service\n',
    '',
  ]) {
    expect(unitOf(text)).toBeNull();
  }
});

test.each([
  ['control-group', 'problem'],
  ['mixed', 'problem'],
  ['process', 'ok'],
])('KillMode=%s is a %s', async (killMode, result) => {
  await mkdir(join(bed.root().path, 'proc/self'), { recursive: true });
  await writeFile(join(bed.root().path, 'proc/self/cgroup'), '0::/system.slice/flowline.service\n');
  const finding = await checkService(bed.facts({ link, killModeOf: async () => killMode }));
  expect(finding).toMatchObject({ result });
  if (result === 'problem')
    expect(finding?.advice).toContain(
      '`systemctl edit flowline.service`, and in it [Service] KillMode=process',
    );
  expect(await checkService(bed.facts({ killModeOf: async () => killMode }))).toBeNull();
  expect(await checkService(bed.facts({ link, killModeOf: async () => null }))).toBeNull();
});

test('a user’s service that does not outlive his login is a problem, and how to mend it is said', async () => {
  await mkdir(join(bed.root().path, 'proc/self'), { recursive: true });
  const cgroup = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/flowline-agent.service\n';
  await writeFile(join(bed.root().path, 'proc/self/cgroup'), cgroup);
  const asked = (lingers: boolean | null) =>
    checkService(bed.facts({ link, killModeOf: async () => 'process', doesLinger: async () => lingers }));
  expect(await asked(false)).toMatchObject({
    result: 'problem',
    advice: expect.stringContaining('loginctl enable-linger'),
  });
  expect(await asked(true)).toMatchObject({ result: 'ok' });
  expect(await asked(null)).toMatchObject({ result: 'ok' });
});
