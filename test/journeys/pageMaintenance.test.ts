/**
 * An administrator sets a machine into maintenance on its page, and everybody sees it; in both languages, on a telephone
 * too. Or takes it out of the fleet.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/model/node.ts';
import { administratorOf } from '../support/administrator.ts';
import {
  openBrowser,
  seriousAxeFindings,
  sidewaysScroll,
  visit,
  withoutChromium,
} from '../support/browser.ts';
import { freePort, type RunningHub, runProgram, startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

describe.skipIf(withoutChromium)('maintenance on the page', () => {
  let browser: Browser;
  let demo: RunningHub;
  let older: number;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    older = await freePort();
    [browser, demo] = await Promise.all([
      openBrowser(),
      startHubProgram('demo', ['--dialect', `gpu-monitor=127.0.0.1:${older}`]),
    ]);
    const administrator = await administratorOf(demo);
    await waitFor('the fleet', async () => {
      const { nodes } = await administrator.call('nodes');
      for (const node of nodes) ids.set(node.name, node.id);
      return nodes.length > 5 && nodes.every((node) => node.sample !== null);
    });
  });
  afterAll(async () => {
    await browser.close();
    await demo.end();
  });

  const pageOf = (name: string) => `${demo.url}/nodes/${ids.get(name)}`;
  const openDialog = async (page: Page): Promise<void> => {
    await page.waitForSelector('.gpu-card');
    await page.click('.panel-counts .button');
    await page.waitForSelector('dialog[open]');
  };
  const find = () => runProgram(['find', '--gpus', '1', '--hub', demo.url, '--json'], { LANG: 'C' });

  test('who is not logged in is told who may', async () => {
    const { page, close } = await visit(browser, pageOf('atlas'));
    await openDialog(page);
    expect(await page.textContent('dialog[open]')).toContain('flowline token link');
    expect(await page.locator('dialog[open] .primary').isDisabled()).toBe(true);
    await close();
  });

  test('set, seen by everybody, not offered, calling nobody, ended', async () => {
    const administrator = await administratorOf(demo);
    // So that no task of the demo takes the card which is free now; what was given out before has begun.
    await administrator.call('changeQueue', { body: { isRunning: false } });
    await waitFor(
      'all that was given out to run',
      async () => ((await administrator.call('queue')).counts.starting ?? 0) === 0,
    );
    const offered = await waitFor('a card that is offered', async () => {
      const found = JSON.parse((await find()).output) as { nodes: { nodeName: string }[] };
      return found.nodes.length > 0 && new Set(found.nodes.map(({ nodeName }) => nodeName));
    });
    const idleCards = ({ sample }: NodeStatus): number =>
      sample?.gpus.filter(({ state, processes }) => state === 'ok' && processes.length === 0).length ?? 0;
    const { nodes } = await administrator.call('nodes');
    // The one with most of them: the machines of the demo are at work, and the last card of one may be taken meanwhile.
    const [idlest] = nodes
      .filter((node) => offered.has(node.name))
      .sort((a, b) => idleCards(b) - idleCards(a));
    const name = idlest?.name ?? '';
    // It may have joined after those that the tests begin with.
    ids.set(name, idlest?.id ?? '');
    const { url } = await administrator.call('createLink');
    const { page, complaints, close } = await visit(browser, url);
    await page.waitForSelector('.account-mark');
    await page.goto(pageOf(name));
    await openDialog(page);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Leave as it is');
    await page.fill('dialog[open] input', 'new <b>fans</b>');
    await page.selectOption('dialog[open] select', { label: '4 hours' });
    await page.keyboard.press('Tab');
    await page.click('dialog[open] .primary');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    const bar = page.locator('.hint-bar', { hasText: 'In maintenance since' });
    await bar.waitFor();
    expect(await bar.textContent()).toMatch(/until .+, set by local administrator: new <b>fans<\/b>/);
    await page.waitForSelector('.gpu-card.is-maintenance');
    expect(await page.locator('.gpu-card.is-free').count()).toBe(0);

    // Whoever only says anew what for leaves the end as it was.
    const endOf = async () =>
      (await administrator.call('nodes')).nodes.find((node) => node.name === name)?.maintenance?.untilMs;
    const endMs = await endOf();
    await openDialog(page);
    await page.fill('dialog[open] input', 'newer <b>fans</b>');
    await page.click('dialog[open] .primary');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await waitFor('the newer words', async () => (await bar.textContent())?.includes('newer <b>fans</b>'));
    expect(endMs).toEqual(expect.any(Number));
    expect(await endOf()).toBe(endMs);

    const other = await visit(browser, `${demo.url}/?view=list`);
    const head = other.page.locator(`[data-node="${ids.get(name)}"] .machine-message`);
    await waitFor('the words in the list', async () => (await head.textContent())?.includes('maintenance'));
    expect(await other.page.locator(`[data-node="${ids.get(name)}"] .tile.is-free`).count()).toBe(0);
    await other.close();
    expect((await find()).output).not.toContain(`"${name}"`);

    await openDialog(page);
    await page.click('dialog[open] .button:has-text("End maintenance")');
    await bar.waitFor({ state: 'detached' });
    // Whether free or taken by somebody of the demo meanwhile.
    await page.waitForSelector('.gpu-card.is-maintenance', { state: 'detached' });
    await page.waitForSelector('.gpu-card');
    expect(complaints).toEqual([]);
    await close();
  });

  test('one that only reported by itself is taken out of the fleet, and back with its next report', async () => {
    const report = async (): Promise<void> => {
      const answer = await fetch(`http://127.0.0.1:${older}/api/report-gpu-stats`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ hostname: 'invented', gpu_data: [] }),
      });
      expect(answer.status).toBe(200);
    };
    await report();
    const administrator = await administratorOf(demo);
    const isKnown = async (): Promise<boolean> =>
      (await administrator.call('nodes')).nodes.some(({ id }) => id === 'gpu-monitor:invented');
    await waitFor('it', isKnown);
    const address = `${demo.url}/nodes/gpu-monitor%3Ainvented`;
    const stranger = await visit(browser, address);
    await stranger.page.waitForSelector('.panel-counts');
    expect(await stranger.page.locator('.panel-counts .button').count()).toBe(0);
    await stranger.close();
    const { url } = await administrator.call('createLink');
    const { page, complaints, close } = await visit(browser, url);
    await page.waitForSelector('.account-mark');
    await page.goto(address);
    await page.click('.panel-counts .button:has-text("Forget")');
    expect(await page.textContent('dialog[open]')).toContain('back with its next report');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Leave it');
    await page.click('dialog[open] .danger');
    await page.waitForURL(`${demo.url}/`);
    await waitFor('its end', async () => !(await isKnown()));
    await report();
    await waitFor('its return', isKnown);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each([
    { language: 'en-GB', theme: 'dark', width: 1440 },
    { language: 'zh-CN', theme: 'light', width: 360 },
  ] as const)('is sound in $language, $theme, $width px wide', async ({ language, theme, width }) => {
    const administrator = await administratorOf(demo);
    const id = ids.get('vega') ?? '';
    const message = 'new power supply, and the fans of the upper rack while it is open';
    await administrator.call('changeNode', { parameters: { id }, body: { maintenance: true, message } });
    const { url } = await administrator.call('createLink');
    const { page, complaints, close } = await visit(browser, url, { language, theme, width, height: 780 });
    // A telephone's bar has no room for who is logged in.
    await waitFor('the login', () =>
      page.evaluate<boolean>(`localStorage.getItem('flowline.session') !== null`),
    );
    await page.goto(pageOf('vega'));
    await page.waitForSelector('.hint-bar .glyph');
    expect(await page.textContent('.hint-bar')).toContain(message);
    expect(await page.textContent('.hint-bar')).toMatch(
      language === 'zh-CN' ? /维护中：自/ : /In maintenance/,
    );
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    expect(await seriousAxeFindings(page)).toEqual([]);
    await openDialog(page);
    expect(
      await page.evaluate(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog[open]'))`,
      ),
    ).toBe(0);
    const box = await page.locator('dialog[open]').boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true);
    expect(await seriousAxeFindings(page)).toEqual([]);
    if (process.env.FLOWLINE_SHOTS)
      await page.screenshot({ path: `${process.env.FLOWLINE_SHOTS}/maintenance-${language}.png` });
    expect(complaints).toEqual([]);
    await close();
  });
});
