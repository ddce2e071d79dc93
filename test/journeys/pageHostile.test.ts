/** The page when every machine, person, process and container is called something that means harm or breaks lines. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_COMMAND_CHARACTERS, MAX_NAME_CHARACTERS } from '../../src/model/limits.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import {
  openBrowser,
  seriousAxeFindings,
  sidewaysScroll,
  visit,
  withoutChromium,
} from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';

const RUNS = '<img src=x onerror="document.title=\'ran\'"><script>document.title="ran"</script>';
const NAMES = [
  RUNS,
  'javascript:document.title="ran"',
  'x'.repeat(MAX_NAME_CHARACTERS),
  `\u202eevil\u202c right to left`,
  `z${'\u0301\u0316\u0353'.repeat(40)}algo`,
  '👩‍👩‍👧‍👦🏳️‍🌈 甲机 مرحبا',
  `"; rm -rf ~; echo "\u001b[31m`,
  '{{7*7}} #{7*7} %s &amp; &lt;b&gt;',
];
/** What a machine or its people may call as they like. */
const NAMED = new Set(
  'name alias address owner user command container session image os cpuModel interface mount message workingDirectory executable environment tasksDirectory kernel'.split(
    ' ',
  ),
);

/** The laboratory with every free text replaced, each in its turn. */
function spoiled(nowMs: number): NodeStatus[] {
  let turn = 0;
  const next = (key: string): string => {
    const said = NAMES[turn++ % NAMES.length] ?? '';
    return key === 'command' ? said.padEnd(MAX_COMMAND_CHARACTERS, 'x') : said.slice(0, MAX_NAME_CHARACTERS);
  };
  const spoil = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return NAMED.has(key) ? next(key) : value;
    if (Array.isArray(value)) return value.map((each) => spoil(each, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoil(each, name)]));
  };
  return imagineLab(nowMs).map((node) => ({ ...(spoil(node, '') as NodeStatus), id: node.id }));
}

const PLACES = [
  { path: '/?view=list', shown: '.tile >> nth=8', click: '.machine-toggle' },
  { path: '/?view=cards&node=atlas', shown: '.processes tbody tr', click: '.card-head button' },
  { path: '/?view=map', shown: '.map-cell', click: '.find-button' },
  { path: '/nodes/atlas', shown: '.processes tbody tr', click: '.processes tbody tr' },
  { path: '/processes?q=x', shown: '.processes tbody tr', click: '.processes tbody tr' },
];

describe.skipIf(withoutChromium)('the page among hostile names', () => {
  let browser: Browser;
  let hub: Awaited<ReturnType<typeof startImaginedHub>>;
  beforeAll(async () => {
    [browser, hub] = await Promise.all([openBrowser(), startImaginedHub({ fleet: spoiled })]);
  });
  afterAll(async () => {
    await browser.close();
    await hub.stop();
  });

  const isSound = async (page: Page): Promise<void> => {
    expect(await page.title()).not.toBe('ran');
    expect(await page.locator('main img, main script, dialog img, dialog script').count()).toBe(0);
    expect(await sidewaysScroll(page), page.url()).toBeLessThanOrEqual(0);
    expect(await page.evaluate('document.body.innerText')).not.toMatch(/[\u202e\u001b]/);
  };

  test.each([1440, 390])('nothing runs, nothing overflows, nothing is hidden, %d px wide', async (width) => {
    const { page, complaints, close } = await visit(browser, hub.url, { width });
    for (const { path, shown, click } of PLACES) {
      await page.goto(hub.url + path);
      await page.waitForSelector(shown);
      await isSound(page);
      if (width >= 720 || click !== '.find-button') {
        await page.locator(click).first().click();
        await isSound(page);
      }
    }
    expect(await seriousAxeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});
