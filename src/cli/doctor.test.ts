import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../test/support/commandLine.ts';
import type { Check } from '../model/check.ts';

const fine: Check = { name: 'node', result: 'ok', found: 'Node v24', advice: null };
const worth: Check = { name: 'docker', result: 'note', found: 'no Docker here', advice: null };
const wrong: Check = { name: 'driver-module', result: 'problem', found: 'nouveau', advice: 'blacklist it' };

const doctor = (checks: Check[], args: string[] = [], environment = {}) =>
  runCommandLine(['doctor', ...args], {
    environment: { FLOWLINE_DATA: '/nowhere', ...environment },
    examineThisMachine: async () => checks,
  });

describe('flowline doctor', () => {
  test('only a problem makes the exit code 1', async () => {
    expect((await doctor([fine, worth])).code).toBe(0);
    expect((await doctor([fine, wrong])).code).toBe(1);
  });

  test('each finding has its name, and what to do below it', async () => {
    const { output } = await doctor([fine, wrong]);
    expect(output).toMatch(/✗ problem {2}driver-module {2}nouveau\n +→ blacklist it/);
    expect(output).toContain('1 problem, 0 notes.');
  });

  test('with --json stdout is JSON, also with a problem', async () => {
    const { code, output, errors } = await doctor([wrong], ['--json']);
    expect(code).toBe(1);
    expect(errors).toBe('');
    expect(JSON.parse(output)).toEqual({ checks: [wrong] });
  });

  test('results are told in Chinese, and what was found cannot touch the terminal', async () => {
    const { output } = await doctor([{ ...worth, found: 'held by \u001b[2Jx' }], [], { LANG: 'zh_CN.UTF-8' });
    expect(output).toContain('提示');
    expect(output).toContain('␛[2Jx');
  });

  test('a hub that was named is told to the doctor as one that ought to be there', async () => {
    const asked: boolean[] = [];
    const examineThisMachine = async ({ isHubNamed }: { isHubNamed: boolean }): Promise<Check[]> => {
      asked.push(isHubNamed);
      return [];
    };
    await runCommandLine(['doctor'], { examineThisMachine });
    await runCommandLine(['doctor', '--hub', 'http://10.0.0.1:3569'], { examineThisMachine });
    expect(asked).toEqual([false, true]);
  });
});
