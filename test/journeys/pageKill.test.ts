/** From the one-time link to an ended process, by the keyboard alone; then the same through the built program. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';
import { startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

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
    await second.page.click('.top-links a >> nth=1');
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
