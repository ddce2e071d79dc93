/** The map by keyboard, for a screen reader, and under a pointer: cells are painted, and yet can be stood on. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, visit, withoutChromium } from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineMany } from '../support/imaginedPlaces.ts';

/** A card stays so long, 250 ms and a frame, after the pointer left its cell. */
const LONGER_THAN_LEAVING_MS = 300;

describe.skipIf(withoutChromium)('the map', () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startImaginedHub>>;
  beforeAll(async () => {
    [browser, hub] = await Promise.all([openBrowser(), startImaginedHub({ fleet: imagineMany(60) })]);
  });
  afterAll(async () => {
    await browser.close();
    await hub.stop();
  });

  test('is one stop of the keyboard, walked by the arrows, each cell with its words and in view', async () => {
    const { page, complaints, close } = await visit(browser, `${hub.url}/?view=map`, { height: 420 });
    await page.waitForSelector('.map-cell');
    const focused = (what: string): Promise<string> => page.evaluate(`document.activeElement.${what}`);
    await page.focus('.find-button');
    await page.keyboard.press('Tab');
    expect(await focused('getAttribute("aria-label")')).toMatch(
      /^gpu-a01 GPU 0, working, chen\.yu, \d+ of 80 GiB$/,
    );
    expect(await page.locator('.map-grid').ariaSnapshot()).toMatch(
      /^- grid "Map of \d+ GPUs in 60 machines":/,
    );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    expect(await focused('getAttribute("aria-label")')).toMatch(/^gpu-a01 GPU 7, /);
    for (let step = 0; step < 14; step++) await page.keyboard.press('ArrowDown');
    expect(await focused('getAttribute("aria-label")')).toMatch(/^gpu-a39 GPU \d, /);
    // Not under the legend either.
    expect(
      await page.evaluate(`document.activeElement.getBoundingClientRect().bottom <=
        document.querySelector('.map-legend').getBoundingClientRect().top`),
    ).toBe(true);
    await page.waitForSelector('.hover-card');
    await page.keyboard.press('n');
    expect(await focused('getAttribute("aria-label")')).toMatch(/^gpu-a57 GPU 0, /);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.hover-card', { state: 'detached' });
    await page.keyboard.press('Tab');
    expect(await focused('className')).not.toBe('map-cell');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/nodes\/gpu-a39$/);
    expect(complaints).toEqual([]);
    await close();
  });

  test('tells of a cell that is pointed at, never over it, as long as cell or card is pointed at', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=map`);
    await page.waitForSelector('.map-cell');
    const cell = await page.locator('.map-cell').nth(3).boundingBox();
    if (!cell) throw new Error('the cell has no box');
    await page.mouse.move(cell.x + 4, cell.y + 4);
    const card = page.locator('.hover-card');
    await card.waitFor();
    const box = await card.boundingBox();
    if (!box) throw new Error('the card has no box');
    expect(box.x).toBeGreaterThan(cell.x + cell.width);
    expect(await card.innerText()).toContain('gpu-a01 · GPU 3');
    await page.mouse.move(box.x + 40, box.y + 40, { steps: 4 });
    // By the page's own clock, begun after the card's last timer: where that takes the card away, it has done so by then.
    await page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), LONGER_THAN_LEAVING_MS);
    expect(await card.count()).toBe(1);
    await page.mouse.move(box.x + 40, box.y + box.height + 200);
    await card.waitFor({ state: 'detached' });
    await close();
  });

  test('has each of its choices whole in a bar of 1280 px, and nothing beside it', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=map`, { width: 1280 });
    await page.waitForSelector('.map-cell');
    const cut = await page.$$eval('.map-tools, .map-tools .switch', (parts) =>
      parts.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    );
    expect(cut).toEqual([0, 0, 0]);
    await close();
  });

  test('is filtered like the list', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=map`);
    await page.waitForSelector('.map-cell');
    await page.keyboard.press('/');
    await page.keyboard.type('gpu-a17');
    await page.waitForSelector('[aria-label^="Map of"][aria-rowcount="1"]');
    await page.keyboard.type('00');
    await page.waitForSelector('.map-grid', { state: 'detached' });
    await close();
  });
});
