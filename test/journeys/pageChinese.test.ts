/** The Chinese page where agents, drivers and the hub speak English: its own words lead wherever a state or code tells as much. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/model/node.ts';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';
import { type RunningHub, startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

/** Two machines of the laboratory with what their agents would say: one source with remarks, all else as of an older agent. */
function imagineTroubled(nowMs: number): NodeStatus[] {
  const lab = imagineLab(nowMs);
  const change = (name: string, with_: Partial<NonNullable<NodeStatus['sample']>>): NodeStatus[] =>
    lab
      .filter((node) => node.name === name)
      .map((node) => ({ ...node, sample: node.sample && { ...node.sample, ...with_ } }));
  const driver = { version: null, cudaVersion: null, answeredAtMs: null };
  return [
    ...lab.filter((node) => node.name === 'orion'),
    ...change('atlas', {
      driver: {
        ...driver,
        state: 'mismatch',
        message: 'it was updated while loaded; reboot this machine',
        remarks: null,
      },
      sources: {
        docker: {
          state: 'denied',
          message: 'make its user a member of the group docker',
          remarks: [{ kind: 'socket-denied', path: '/var/run/docker.sock' }],
        },
        screen: { state: 'ok', message: 'can be seen only by an agent that runs as root', remarks: null },
        tmux: { state: 'failed', message: 'server exited unexpectedly', remarks: null },
      },
    }),
  ];
}

describe.skipIf(withoutChromium)('the Chinese page', () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startImaginedHub>>;
  let up: RunningHub;
  beforeAll(async () => {
    [browser, hub, up] = await Promise.all([
      openBrowser(),
      startImaginedHub({ fleet: imagineTroubled }),
      startHubProgram('up', [], { FLOWLINE_NVML: '/nowhere/libnvidia-ml.so.1' }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await hub.stop();
    await up.end();
  });

  test('says a driver’s trouble in its words first, and leaves the agent’s own sentence beside it', async () => {
    const { page, complaints, close } = await visit(browser, `${hub.url}/nodes/atlas`, {
      language: 'zh-CN',
    });
    const bar = page.locator('.hint-bar').first();
    await bar.waitFor();
    expect(await bar.textContent()).toMatch(
      /驱动与库版本不符.*请重启这台机器。.*it was updated while loaded/,
    );
    expect(await bar.locator('[lang="en"]').textContent()).toContain('reboot this machine');
    await page.goto(`${hub.url}/?view=list`);
    await page.waitForSelector('.driver-note');
    expect(await page.textContent('.driver-note')).toContain('请重启这台机器');
    expect(complaints).toEqual([]);
    await close();
  });

  test('says of a lost card and of what may not be asked only its own words, and says what was seen in part', async () => {
    const { page, close } = await visit(browser, `${hub.url}/nodes/orion`, { language: 'zh-CN' });
    const bar = page.locator('.hint-bar').first();
    await bar.waitFor();
    expect(await bar.textContent()).toContain('请看内核日志，重置它或重启机器');
    expect(await bar.textContent()).not.toMatch(/fell off|Reset/);
    await page.goto(`${hub.url}/nodes/atlas`);
    const lists = page.locator('.panel-tables aside');
    await lists.waitFor();
    const text = (await lists.textContent()) ?? '';
    expect(text).toContain(
      '无权询问 Docker。 代理无权打开 /var/run/docker.sock：请把代理的用户加入 docker 组',
    );
    expect(text).toContain('只看到一部分 screen。 只有以 root 运行的代理');
    // A failure's own words are nobody else's to say.
    expect(text).toContain('询问 tmux 失败。 server exited unexpectedly');
    expect(text).not.toMatch(/make its user|can be seen only/);
    await close();
  });

  test('says why a link does not log in', async () => {
    const { page, close } = await visit(browser, `${up.url}/#code=AAAAAAAAAAAAAAAAAAAAAAAA`, {
      language: 'zh-CN',
    });
    const told = page.locator('.link-failed');
    await told.waitFor();
    expect(await told.textContent()).toMatch(/这个链接用过了，或已超过 10 分钟.*flowline token link/);
    await close();
  });

  test('asks a machine’s doctor in Chinese', async () => {
    const { page, close } = await visit(browser, up.url, { language: 'zh-CN' });
    await page.waitForSelector('.looked-at li');
    const all = await waitFor('the checks', async () => {
      const texts = await page.locator('.looked-at li').allTextContents();
      return texts.length > 5 && texts;
    });
    // A version stands for itself: `glibc 2.36`.
    const sentences = all.filter((text) => (text.match(/[a-z]{2,}/g) ?? []).length > 3);
    expect(sentences.filter((text) => !/[\u4e00-\u9fff]/.test(text))).toEqual([]);
    expect(all.filter((text) => /[\u4e00-\u9fff]/.test(text)).length).toBeGreaterThan(5);
    await page.evaluate(`localStorage.setItem('flowline.preferences', JSON.stringify({ language: 'en' }))`);
    await page.reload();
    await page.waitForSelector('.looked-at li');
    const english = await page.locator('.looked-at li').allTextContents();
    expect(english.filter((text) => /[\u4e00-\u9fff]/.test(text))).toEqual([]);
    await close();
  });
});
