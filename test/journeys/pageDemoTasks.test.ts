/** The queue on the page against the program itself: the demo's hub, scheduler and agents, and imagined machines below them. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { type RunningHub, startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

describe.skipIf(withoutChromium)('tasks of a demo', () => {
  let browser: Browser;
  let demo: RunningHub;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([openBrowser(), startHubProgram('demo')]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), demo.end()]);
  });

  test('run, print and wait, are seen on their cards, and one that is stopped starts no more', async () => {
    const link = await waitFor('the link', () => demo.link() || null);
    const { page, complaints, close } = await visit(browser, link, { height: 1000 });
    await page.waitForSelector('.page-count');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    const running = page.locator('.runs tr[data-place]', { hasText: 'running' }).first();
    await running.waitFor({ timeout: 30_000 });
    expect(await page.textContent('.runs')).toMatch(/limit of this table/);
    await running.click();
    await page.waitForSelector('.log-line:has-text("an imagined run: nothing is executed")');
    // Its epochs come while one looks.
    await page.waitForSelector('.log-line:has-text("epoch")', { timeout: 40_000 });
    const id = (await page.textContent('.task-title h2')) ?? '';
    await page.locator('.task-title').getByRole('button', { name: 'Stop…' }).click();
    expect(await page.textContent('dialog')).toContain(id);
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.waitForSelector('.task-title:has-text("cancelled")', { timeout: 20_000 });
    expect(await page.textContent('.story')).toMatch(/was stopped/);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.waitForSelector('.task-title:not(:has-text("cancelled"))');
    await page.goto(`${demo.url}/?view=cards&node=lyra`);
    await page.waitForSelector('.task-chip');
    expect(complaints).toEqual([]);
    await close();
  }, 150_000);

  test('a command that somebody types there runs there, and its log is followed to its end', async () => {
    const { page, complaints, close } = await visit(browser, `${demo.url}/tasks`);
    await page.waitForSelector('.first-step');
    await close();
    const again = await visit(browser, await newLink(demo), {});
    await again.page.waitForSelector('.page-count');
    await again.page.keyboard.press('g');
    await again.page.keyboard.press('t');
    await again.page.waitForSelector('.runs');
    await again.page.keyboard.press('c');
    await again.page
      .getByRole('textbox', { name: 'Command', exact: true })
      .fill('python eval.py --suite "a b"');
    await again.page.getByLabel(/^Working directory/).fill('/home/me');
    await again.page.getByLabel('GPUs', { exact: true }).fill('0');
    await again.page.getByRole('button', { name: 'Try without queueing' }).click();
    await again.page.waitForSelector('dialog .hint-bar:has-text("1 of 1 row would start now")');
    await again.page.getByRole('button', { name: 'Queue it' }).click();
    await again.page.waitForSelector('.task-panel .log-line:has-text("eval.py")', { timeout: 30_000 });
    expect(await again.page.textContent('.task-command')).toMatch(/python eval\.py --suite 'a b'/);
    expect([...complaints, ...again.complaints]).toEqual([]);
    await again.close();
  }, 90_000);
});

/** Another one-time link, asked for with the token of the demo's folder. */
async function newLink(demo: RunningHub): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const token = (await readFile(`${demo.dataFolder}/token`, 'utf8')).trim();
  const answer = await fetch(`${demo.url}/api/v1/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { url: string }).url;
}
