/** From the one-time link to an ended process, by the keyboard alone; then the same through the built program, for simulated processes and for real ones. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';
import { isAlive } from '../support/processTree.ts';
import { startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

interface Started {
  pid: number;
  /** By which signal it ended. */
  signal: Promise<string | null>;
  end(): void;
}

/** A process of this test, once it has printed something. */
async function startNode(args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const signal = new Promise<string | null>((resolve) => child.once('exit', (_, name) => resolve(name)));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  if (child.pid === undefined) throw new Error('it did not start');
  return { pid: child.pid, signal, end: () => void child.kill('SIGKILL') };
}

describe.skipIf(withoutChromium)('finding and ending a process by the keyboard', () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startImaginedHub>>;
  beforeAll(async () => {
    [browser, hub] = await Promise.all([openBrowser(), startImaginedHub({ fleet: imagineLab })]);
  });
  afterAll(async () => {
    await browser.close();
    await hub.stop();
  });

  /** ⌘K, a name, Enter: the table of what was found, the cursor on its first row. */
  async function search(page: Page, words: string): Promise<void> {
    await page.waitForSelector('.tile');
    await page.keyboard.press('Control+k');
    await page.keyboard.type(words);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.processes tbody tr');
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector('.processes tbody tr:focus');
  }

  /** From "Keep", which the question offers first, to "End", and Enter. */
  async function confirm(page: Page): Promise<void> {
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Keep');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
  }

  test('without a login one may look, and is told how to log in', async () => {
    const { page, close } = await visit(browser, hub.url);
    await search(page, 'kernel-8f1c.json');
    expect(await page.locator('.processes input').count()).toBe(0);
    expect(await page.textContent('.table-hint')).toContain('flowline token link');
    await page.keyboard.press('Delete');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    expect(await dialog.locator('.button.danger').isDisabled()).toBe(true);
    expect(await dialog.textContent()).toContain('flowline token link');
    await close();
  });

  test('with the link: found, chosen, asked once, ended', async () => {
    const { page, complaints, close } = await visit(browser, `${hub.url}/#code=open`);
    await page.waitForSelector('.account-mark');
    expect(page.url()).not.toContain('code');
    await search(page, 'kernel-8f1c.json');
    await page.check('.processes thead input');
    await page.waitForSelector('tr.chosen');
    await page.uncheck('.processes thead input');
    await page.waitForSelector('tr.chosen', { state: 'detached' });
    await page.locator('.processes tbody tr').first().focus();
    await page.keyboard.press('x');
    await page.waitForSelector('tr.chosen');
    await page.keyboard.press('Delete');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('PID 20871');
    await confirm(page);
    await dialog.locator('.kill-outcome').waitFor();
    expect([...hub.ended]).toEqual([20_871]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.nothing-found');
    expect(complaints).toEqual([]);
    await close();
  });

  test('in the simulated fleet of the built program: found, chosen, ended, gone', async () => {
    const demo = await startHubProgram('demo');
    const { page, complaints, close } = await visit(
      browser,
      await waitFor('the link', () => demo.link() || null),
    );
    await page.waitForSelector('.account-mark');
    await search(page, 'ipykernel');
    const rows = await page.locator('.processes tbody tr').count();
    await page.keyboard.press('x');
    await page.keyboard.press('Delete');
    await page.waitForSelector('dialog[open] .danger:enabled');
    await confirm(page);
    await page.waitForSelector('dialog[open] .kill-outcome.free');
    await page.keyboard.press('Escape');
    await waitFor('a row less', async () => (await page.locator('.processes tbody tr').count()) === rows - 1);
    expect(complaints).toEqual([]);
    await close();
    await demo.end();
  });

  test('real processes of a real machine: found, the chosen ones ended, the other left, the answers shown', async () => {
    const marker = `page-kill-${randomUUID()}`;
    const script = (body: string) => ['-e', `${body}; setInterval(() => {}, 1e6); console.log('ready')`];
    const start = (which: string, body = ''): Promise<Started> => startNode([...script(body), marker, which]);
    const [obliging, stubborn, other] = await Promise.all([
      start('obliging'),
      start('stubborn', "process.on('SIGTERM', () => {})"),
      start('other'),
    ]);
    const up = await startHubProgram('up');
    try {
      const { page, complaints, close } = await visit(
        browser,
        await waitFor('the link', () => up.link() || null),
      );
      await page.waitForSelector('.account-mark');
      await page.keyboard.press('Control+k');
      await page.waitForSelector('dialog.palette[open]');
      await page.keyboard.type(marker);
      await page.keyboard.press('Enter');
      const row = (which: string) => page.locator('.processes tbody tr', { hasText: `${marker} ${which}` });
      await waitFor('three rows', async () => (await page.locator('.processes tbody tr').count()) === 3);
      for (const which of ['obliging', 'stubborn']) await row(which).locator('input').check();
      await page.keyboard.press('Delete');
      const dialog = page.locator('dialog[open]');
      await dialog.waitFor();
      const asked = (await dialog.textContent()) ?? '';
      expect([obliging, stubborn, other].map(({ pid }) => asked.includes(`PID ${pid}`))).toEqual([
        true,
        true,
        false,
      ]);
      await confirm(page);
      await dialog.locator('.kill-outcome.free >> nth=1').waitFor();
      // Said as ended is ended: at the moment at which it is shown.
      expect([obliging, stubborn, other].map(({ pid }) => isAlive(pid))).toEqual([false, false, true]);
      expect([await obliging.signal, await stubborn.signal]).toEqual(['SIGTERM', 'SIGKILL']);
      const told = ({ pid }: Started) =>
        dialog.locator('.kill-list li', { hasText: `PID ${pid}` }).textContent();
      expect(await told(obliging)).toMatch(/ended.*when asked \(SIGTERM\)/);
      expect(await told(stubborn)).toMatch(/ended.*killed \(SIGKILL\)/);
      await page.keyboard.press('Escape');
      await row('obliging').waitFor({ state: 'detached' });
      expect(await row('other').count()).toBe(1);
      expect(complaints).toEqual([]);
      await close();
    } finally {
      for (const { end } of [obliging, stubborn, other]) end();
      await up.end();
    }
  });

  test('the printed link logs in once: kept over a reload, told why the second time, gone after logging out', async () => {
    const demo = await startHubProgram('demo');
    const link = await waitFor('the link', () => demo.link() || null);
    const { page, complaints, close } = await visit(browser, link);
    const mark = page.locator('.account-mark');
    await mark.waitFor();
    expect(await mark.getAttribute('title')).toMatch(/administrator/);
    await page.reload();
    await mark.waitFor();
    expect(complaints).toEqual([]);

    const second = await visit(browser, link);
    const told = second.page.locator('.link-failed');
    await told.waitFor();
    expect(await told.textContent()).toMatch(/did not log you in.*link/);
    expect(await second.page.locator('.account-mark').count()).toBe(0);
    await second.page.click('.top-links a[href="/processes"]');
    await second.page.waitForSelector('.processes-page');
    await told.locator('button').click();
    await told.waitFor({ state: 'detached' });
    await second.close();

    await mark.click();
    await page.click('.setting button:has-text("Log out")');
    await mark.waitFor({ state: 'detached' });
    await page.reload();
    await page.waitForSelector('.setting');
    expect(await mark.count()).toBe(0);
    await close();
    await demo.end();
  });
});
