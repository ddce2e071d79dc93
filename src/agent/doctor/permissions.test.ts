import { describe, expect, test } from 'vitest';
import { doctorBed } from '../../../test/support/doctorBed.ts';

const { root, find } = doctorBed();

describe('rights', () => {
  const status = (capabilities: string) =>
    root().file('/proc/self/status', `Name:\tnode\nCapEff:\t${capabilities}\n`);

  test('root with every right is in order', async () => {
    await status('000001ffffffffff');
    expect((await find('permissions')).result).toBe('ok');
  });

  test('a user is told what he does not see and whom he cannot end', async () => {
    await status('0000000000000000');
    await root().file(
      '/proc/self/mountinfo',
      '22 28 0:21 / /proc rw - proc proc rw\n23 28 0:21 / /proc rw,nosuid - proc proc rw,hidepid=invisible\n',
    );
    const check = await find('permissions', { uid: 1000 });
    expect(check.result).toBe('note');
    expect(check.found).toMatch(/uid 1000: .*hidepid.*may end only its own/);
    // A member of the group that the mount lets see.
    await root().file('/proc/1/status', 'Name:\tsystemd\n');
    expect((await find('permissions', { uid: 1000 })).found).toContain('sees every process');
  });

  test('root in a container without CAP_KILL is not called almighty', async () => {
    await status('00000000a80425db');
    expect((await find('permissions')).found).toContain('root with fewer rights');
  });
});
