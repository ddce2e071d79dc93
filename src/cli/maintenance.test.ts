import { afterEach, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { describeNode } from './nodeText.ts';
import { terminalOf } from './text/terminal.ts';

const HUB_NOW_MS = 1_000_000;
let hub: SaidHub | null = null;
afterEach(async () => {
  await hub?.stop();
  hub = null;
});

const lab = imagineLab(Date.now());
const [atlas] = lab;
if (!atlas) throw new Error('the laboratory has a machine');

async function maintenance(...argv: string[]) {
  hub = await startSaidHub((line) => {
    if (line === 'GET /api/v1/nodes') return { nodes: lab };
    if (line === 'GET /api/v1/health')
      return { status: 'ok', version: '1', startedAtMs: 1, nowMs: HUB_NOW_MS };
    return line === `PATCH /api/v1/nodes/${atlas?.id}` ? atlas : 404;
  });
  return runCommandLine(['nodes', 'maintenance', ...argv, '--hub', hub.url]);
}

test('on says what for and until when, by the hub’s clock', async () => {
  const { code, output } = await maintenance('atlas', 'on', '--message', 'new fans', '--for', '2h');
  expect([code, output]).toEqual([0, 'atlas is in maintenance for 2 h']);
  expect(hub?.requests.at(-1)?.body).toEqual({
    maintenance: true,
    message: 'new fans',
    untilMs: HUB_NOW_MS + 7_200_000,
  });
});

test('without an end it lasts until it is set off', async () => {
  expect((await maintenance('atlas', 'on')).output).toContain('until it is set off');
  expect(hub?.requests.at(-1)?.body).toEqual({ maintenance: true, message: null, untilMs: null });
});

test.each([
  [['atlas', 'maybe'], 'on, off'],
  [['atlas', 'off', '--message', 'done'], 'go with'],
  [['atlas', 'on', '--for', 'long'], 'like 30m'],
  [['nowhere', 'on'], 'no machine is called'],
])('%j is wrong usage, and says what is right', async (argv, told) => {
  const { code, errors } = await maintenance(...argv);
  expect(code).toBe(2);
  expect(errors).toContain(told);
});

test('a machine in maintenance is described so, in both languages', () => {
  const nowMs = 10_000_000;
  const node = {
    ...atlas,
    absence: 'maintenance' as const,
    maintenance: { sinceMs: nowMs - 7_200_000, untilMs: nowMs + 60_000, message: 'new\tfans', by: 'lw' },
  };
  const text = (LANG: string) =>
    describeNode(node, nowMs, terminalOf({ terminalColumns: null, environment: { LANG } }));
  expect(text('C')).toContain('in maintenance for 2 h, 1 min to go, set by lw: new␉fans');
  expect(text('C')).toContain('online: maintenance');
  expect(text('zh_CN.UTF-8')).toContain('维护中，已 2 小时，还有 1 分，由 lw 设定：new␉fans');
});
