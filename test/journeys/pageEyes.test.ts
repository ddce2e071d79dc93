/** The page as it is seen with the system's own colours, enlarged to 200 %, and without motion. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBrowser,
  seriousAxeFindings,
  sidewaysScroll,
  visit,
  withoutChromium,
} from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';
import { imagineQueue } from '../support/imaginedQueue.ts';

/** Every page; what must be there before it is judged, and what of it is told by a ground. */
const PAGES = [
  {
    name: 'list',
    path: '/?view=list',
    shown: '.tile >> nth=20',
    grounds: [
      '.summary-bar .working',
      '.summary-bar .sick',
      '.meter > span',
      '.tile .owner-square',
      '.stripe',
    ],
  },
  {
    name: 'cards',
    path: '/?view=cards&node=atlas',
    shown: '.processes tbody tr >> nth=5',
    grounds: ['.memory-bar > span', '.processes .owner-square:not(.colourless)', '.panel-stripe'],
  },
  { name: 'map', path: '/?view=map', shown: '.map-box canvas', grounds: ['.people-list .owner-square'] },
  { name: 'machine', path: '/nodes/orion', shown: '.gpu-card >> nth=7', grounds: ['.live-dot > span'] },
  {
    name: 'processes',
    path: '/processes?q=python',
    shown: '.processes tbody tr >> nth=5',
    grounds: ['.owner-square:not(.colourless)'],
  },
  { name: 'settings', path: '/settings', shown: '.setting >> nth=5', grounds: [] },
];

describe.skipIf(withoutChromium)('the page for other eyes', () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startImaginedHub>>;
  beforeAll(async () => {
    [browser, hub] = await Promise.all([
      openBrowser(),
      startImaginedHub({ fleet: imagineLab, queue: imagineQueue() }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await hub.stop();
  });

  const styleOf = (page: Page, selector: string, property: string): Promise<string> =>
    page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`);

  describe.each(['dark', 'light'] as const)('with forced colours, %s', (theme) => {
    test.each(PAGES)(
      '$name keeps the grounds that are figures, and is sound',
      async ({ path, shown, grounds }) => {
        const { page, complaints, close } = await visit(browser, hub.url + path, {
          theme,
          forcedColours: true,
        });
        await page.waitForSelector(shown);
        const canvas = await styleOf(page, 'body', 'backgroundColor');
        const ground = await styleOf(page, 'html', 'backgroundColor');
        for (const selector of grounds) {
          await page.waitForSelector(selector, { state: 'attached' });
          const colour = await styleOf(page, selector, 'backgroundColor');
          expect([canvas, ground, 'rgba(0, 0, 0, 0)'], selector).not.toContain(colour);
        }
        expect(await seriousAxeFindings(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await close();
      },
    );

    test('one page of the bar is underlined, the one that is open', async () => {
      const { page, close } = await visit(browser, `${hub.url}/processes`, { theme, forcedColours: true });
      await page.waitForSelector('.processes-page');
      const links: [href: string, line: string][] = await page.evaluate(
        `[...document.querySelectorAll('.page-link')].map((link) =>
          [link.getAttribute('href'), getComputedStyle(link).borderBottomColor])`,
      );
      expect(links.length).toBeGreaterThan(2);
      const canvas = await styleOf(page, 'html', 'backgroundColor');
      expect(links.filter(([, line]) => line !== canvas).map(([href]) => href)).toEqual(['/processes']);
      await close();
    });

    test('the scheme of the system counts, whatever was chosen here', async () => {
      const { page, close } = await visit(browser, hub.url, { theme, forcedColours: true });
      const chosen = theme === 'dark' ? 'light' : 'dark';
      await page.evaluate(
        `localStorage.setItem('flowline.preferences', JSON.stringify({ theme: '${chosen}' }))`,
      );
      await page.reload();
      await page.waitForSelector('.tile');
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
      await close();
    });
  });

  describe.each(['en-GB', 'zh-CN'] as const)('in %s, enlarged to 200 percent', (language) => {
    test.each(PAGES)(
      '$name needs no scrolling sideways, and nothing of its bar lies on another',
      async (place) => {
        // 1440 × 900 at 200 %.
        const { page, close } = await visit(browser, `${hub.url}${place.path}#code=open`, {
          language,
          width: 720,
          height: 450,
        });
        await page.waitForSelector(place.shown);
        await page.waitForSelector('.account-mark');
        expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
        expect(await overlapping(page, '.top-bar :is(a, button, .live-dot)')).toEqual([]);
        expect(await overlapping(page, '.tool-bar :is(button, select, input)')).toEqual([]);
        expect(await outside(page, '.top-bar > *')).toEqual([]);
        await close();
      },
    );
  });

  test('bars move only for those who want motion', async () => {
    const durations: string[] = [];
    for (const reducedMotion of [true, false]) {
      const { page, close } = await visit(browser, `${hub.url}/?view=list`, { reducedMotion });
      await page.waitForSelector('.tile');
      const moving: string[] = await page.evaluate(
        `[...new Set([...document.querySelectorAll('*')].flatMap((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return [transitionDuration, animationName];
        }))]`,
      );
      durations.push(moving.filter((value) => value !== '0s' && value !== 'none').join(' '));
      await close();
    }
    expect(durations).toEqual(['', expect.stringContaining('0.15s')]);
  });

  test('a state that is new lights up once, and none does at first', async () => {
    let isLost = false;
    const changing = await startImaginedHub({
      fleet: (nowMs) =>
        imagineLab(nowMs).map((node) => {
          if (node.id !== 'atlas' || !isLost || !node.sample) return node;
          const gpus = node.sample.gpus.map((gpu) =>
            gpu.index === 0 ? { ...gpu, state: 'lost' as const } : gpu,
          );
          return { ...node, sample: { ...node.sample, gpus } };
        }),
    });
    const { page, close } = await visit(browser, `${changing.url}/?view=list`);
    await page.waitForSelector('.tile >> nth=20');
    expect(await page.locator('.is-new').count()).toBe(0);
    isLost = true;
    await page.waitForSelector('[data-node="atlas"] .tile.is-sick.is-new');
    await page.waitForSelector('[data-node="atlas"] .tile.is-sick:not(.is-new)');
    await close();
    await changing.stop();
  });

  test('what is printed is dark on white, and has no bars to press', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=list`, { theme: 'dark' });
    await page.waitForSelector('.tile');
    const ink = (): Promise<string> => styleOf(page, '.machine-name', 'color');
    expect(await ink()).toBe('rgb(232, 237, 242)');
    await page.emulateMedia({ media: 'print' });
    expect(await ink()).toBe('rgb(22, 32, 42)');
    expect(await styleOf(page, '.top-bar', 'display')).toBe('none');
    await close();
  });

  /** Those of these, in words, of which a part is cut off at the right edge, where nothing scrolls. */
  const outside = (page: Page, selector: string): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter((element) => element.getBoundingClientRect().right > innerWidth)
      .map((element) => element.getAttribute('aria-label') ?? element.textContent)`);

  /** Pairs of these, in words, that share a spot; what is not shown has no room. */
  const overlapping = (page: Page, selector: string): Promise<string[]> =>
    page.evaluate(`(() => {
      const shown = [...document.querySelectorAll(${JSON.stringify(selector)})]
        .map((element) => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height > 0);
      const name = ({ element }) => element.getAttribute('aria-label') ?? element.textContent;
      return shown.flatMap((one, place) => shown.slice(place + 1).flatMap((other) => {
        const apart =
          one.box.right <= other.box.left + 0.5 || other.box.right <= one.box.left + 0.5 ||
          one.box.bottom <= other.box.top + 0.5 || other.box.bottom <= one.box.top + 0.5;
        const nested = one.element.contains(other.element) || other.element.contains(one.element);
        return apart || nested ? [] : [name(one) + ' / ' + name(other)];
      }));
    })()`);
});
