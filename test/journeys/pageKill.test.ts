/** From the one-time link to an ended process, by the keyboard alone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';

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

  test('without a login one may look, and is told how to log in', async () => {
    const { page, close } = await visit(browser, hub.url);
    await search(page, 'kernel-8f1c.json');
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
    await page.keyboard.press('x');
    await page.waitForSelector('tr.chosen');
    await page.keyboard.press('Delete');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('PID 20871');
    const confirm = dialog.locator('.button.danger');
    for (let tabs = 0; tabs < 6; tabs++) {
      if (await confirm.evaluate('(button) => button === document.activeElement')) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await dialog.locator('.kill-outcome').waitFor();
    expect([...hub.ended]).toEqual([20_871]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.nothing-found');
    expect(complaints).toEqual([]);
    await close();
  });
});
