/** The page in a real Chromium: its content policy, accessibility, narrow screens, and what each page shows. */
import type { Browser } from 'playwright-core';
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
import { imagineDriverless, imagineMany } from '../support/imaginedPlaces.ts';
import { waitFor } from '../support/waitFor.ts';

/** Every page, and what must be there before it is judged. */
const PAGES = [
  { name: 'list', path: '/?view=list', shown: '.tile >> nth=20' },
  { name: 'cards', path: '/?view=cards&node=atlas', shown: '.processes tbody tr >> nth=5' },
  { name: 'map', path: '/?view=map', shown: '.map-box canvas' },
  { name: 'machine', path: '/nodes/orion', shown: '.gpu-card >> nth=7' },
  { name: 'processes', path: '/processes?q=python', shown: '.processes tbody tr >> nth=5' },
  { name: 'settings', path: '/settings', shown: '.setting >> nth=5' },
];

type ImaginedHub = Awaited<ReturnType<typeof startImaginedHub>>;

describe.skipIf(withoutChromium)('the page', () => {
  let browser: Browser;
  let hub: ImaginedHub;
  let driverless: ImaginedHub;
  let many: ImaginedHub;
  beforeAll(async () => {
    [browser, hub, driverless, many] = await Promise.all([
      openBrowser(),
      startImaginedHub({ fleet: imagineLab }),
      startImaginedHub({ fleet: imagineDriverless }),
      startImaginedHub({ fleet: imagineMany(1000), tickMs: 5000 }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([hub.stop(), driverless.stop(), many.stop()]);
  });

  describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
    test.each(PAGES)(
      '$name breaks no rule of its content policy and no serious one of axe',
      async (place) => {
        const { page, complaints, close } = await visit(browser, hub.url + place.path, { theme });
        await page.waitForSelector(place.shown);
        expect(await seriousAxeFindings(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await close();
      },
    );

    test('an expanded machine, a drawer, the search and the finder are as sound', async () => {
      const { page, complaints, close } = await visit(browser, `${hub.url}/?view=list`, { theme });
      await page.click('[data-node="vega"] .machine-toggle');
      await page.waitForSelector('.gpu-rows + .processes');
      expect(await seriousAxeFindings(page)).toEqual([]);
      await page.click('.gpu-open');
      await page.waitForSelector('dialog.drawer[open]');
      expect(await seriousAxeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page.waitForSelector('dialog.palette[open]');
      await page.keyboard.type('chen');
      await page.waitForSelector('.palette-hit:has-text("chen.yu · atlas GPU 0")');
      expect(await seriousAxeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.click('.find-button');
      await page.fill('.find-field >> nth=0 >> input', '2');
      await page.fill('.find-field >> nth=1 >> input', '70');
      await page.waitForSelector('.find-offers li:has-text("lyra") >> text=79 GiB free each');
      expect(await page.textContent('.dialog .command-line code')).toBe(
        'flowline find --gpus 2 --memory 70G',
      );
      expect(await seriousAxeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    test('the first run is as sound', async () => {
      const { page, complaints, close } = await visit(browser, driverless.url, { theme });
      await page.waitForSelector('.looked-at li');
      expect(await page.textContent('h1')).toBe('No NVIDIA driver on this machine');
      expect(await seriousAxeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  });

  describe('on a telephone 360 px wide', () => {
    test.each([...PAGES, { name: 'now', path: '/', shown: '.now-models li' }])(
      '$name needs no scrolling sideways',
      async (place) => {
        const { page, close } = await visit(browser, hub.url + place.path, {
          width: 360,
          height: 780,
          language: 'zh-CN',
        });
        await page.waitForSelector(place.name === 'map' ? '.map-box' : place.shown);
        expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
        await close();
      },
    );

    test('the first screen is what is free now', async () => {
      const { page, complaints, close } = await visit(browser, hub.url, { width: 360, height: 780 });
      await page.waitForSelector('.now-models li');
      expect(await page.textContent('h1')).toMatch(/Free now/);
      expect(await seriousAxeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  });

  test('speaks the language of the browser', async () => {
    const { page, close } = await visit(browser, hub.url, { language: 'zh-CN' });
    await page.waitForSelector('.tile');
    expect(await page.textContent('.top-links')).toBe('机群任务进程设置');
    await close();
  });

  test('shows a person in one colour in every view, and the first eight in eight', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=map`);
    const colours = new Map<string, Set<string>>();
    const read = async (selector: string): Promise<void> => {
      for (const square of await page.locator(selector).all()) {
        const [colour = ''] = /\bo\d\b/.exec((await square.getAttribute('class')) ?? '') ?? [];
        const [name = ''] = /^[a-z.]+/.exec(await square.evaluate(textAfter)) ?? [];
        if (colour !== '' && name.includes('.'))
          colours.set(name, (colours.get(name) ?? new Set()).add(colour));
      }
    };
    const textAfter = (element: unknown): string =>
      (element as { nextSibling: { textContent: string } | null }).nextSibling?.textContent?.trim() ?? '';
    await page.waitForSelector('.people-list li');
    await read('.people-list .owner-square');
    expect(new Set([...colours.values()].flatMap((own) => [...own])).size).toBe(8);
    await page.keyboard.press('1');
    await page.waitForSelector('.tile >> nth=20');
    await read('.tile .owner-square:first-child:last-of-type');
    await page.goto(`${hub.url}/nodes/orion`);
    await page.waitForSelector('.gpu-card >> nth=7');
    await read('.memory-legend .owner-square');
    await page.waitForSelector('.processes tbody tr >> nth=1');
    await read('.processes .owner-square');
    await page.goto(`${hub.url}/processes?q=python`);
    await page.waitForSelector('.processes tbody tr >> nth=5');
    await read('.processes .owner-square');
    expect([...colours].filter(([, own]) => own.size > 1)).toEqual([]);
    expect(colours.size).toBeGreaterThanOrEqual(8);
    await close();
  });

  test('remembers which machines were expanded', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=list`);
    await page.click('[data-node="atlas"] .machine-toggle');
    await page.waitForSelector('[data-node="atlas"] .gpu-rows');
    await page.reload();
    await page.waitForSelector('[data-node="atlas"] .gpu-rows');
    await close();
  });

  test('the fleet is walked by J and K, the arrows, E and Enter', async () => {
    const { page, close } = await visit(browser, `${hub.url}/?view=list`);
    await page.waitForSelector('.tile');
    const focused = (): Promise<string> =>
      page.evaluate(`(({ tagName, dataset, textContent }) =>
        tagName + ' ' + (dataset.gpu ?? textContent))(document.activeElement)`);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await focused()).toBe('A vega');
    await page.keyboard.press('k');
    expect(await focused()).toBe('A atlas');
    for (const _ of [0, 1, 2]) await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('BUTTON 2');
    await page.keyboard.press('e');
    await page.waitForSelector('[data-node="atlas"] .gpu-rows');
    await page.keyboard.press('n');
    expect(await focused()).toMatch(/^A /);
    for (const _ of Array(17)) await page.keyboard.press('j');
    await waitFor('the focus on adhara', async () => (await focused()) === 'A adhara');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.node-page h1');
    expect(page.url()).toContain('/nodes/adhara');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.waitForSelector('.machine');
    await page.keyboard.press('/');
    await page.keyboard.type('4070');
    await waitFor('one machine', async () => (await page.locator('.machine').count()) === 1);
    await close();
  });

  test('shows a name with control characters openly and offers no command to copy for it', async () => {
    const { page, close } = await visit(browser, `${hub.url}/nodes/atlas`);
    const session = page.locator('.side-list li', { hasText: 'ckpt␛-watch' });
    await session.waitFor();
    expect(await session.locator('button').count()).toBe(0);
    await close();
  });

  test('asks once more before the command of a session in which somebody is, and copies any other at once', async () => {
    const { page, close } = await visit(browser, `${hub.url}/nodes/atlas`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
    const copy = (name: string) =>
      page.locator('.side-list li', { hasText: name }).locator('button.copy').click();
    await copy('41822.sweep');
    await waitFor('the command', async () => (await copied()) === 'screen -r 41822.sweep');
    await copy('wll');
    const question = page.locator('dialog[open]');
    await question.waitFor();
    expect(await copied()).toBe('screen -r 41822.sweep');
    await question.locator('button', { hasText: 'Copy' }).click();
    await waitFor('the second command', async () => (await copied()).startsWith('tmux -S'));
    await close();
  });

  test('keeps the last truth on screen while the hub is away, and says since when', async () => {
    const passing = await startImaginedHub({ fleet: imagineLab });
    const { page, close } = await visit(browser, `${passing.url}/?view=list`);
    await page.waitForSelector('.tile');
    await passing.stop();
    await page.waitForSelector('.hub-lost');
    expect(await page.textContent('.hub-lost')).toMatch(/hub not reached since \d\d:\d\d, trying/);
    expect(await page.locator('.tile').count()).toBeGreaterThan(20);
    await close();
  });

  test('draws only what is in view of a thousand machines', async () => {
    const { page, complaints, close } = await visit(browser, `${many.url}/?view=list`);
    await page.waitForSelector('.machine');
    expect(await page.locator('.machine').count()).toBeLessThan(80);
    expect(await page.textContent('.summary')).toMatch(/in 1.000 machines/);
    expect(complaints).toEqual([]);
    await close();
  });
});
