/**
 * Draws the page's pictures for the guides: `node scripts/screenshots.ts [folder]` (docs/pictures unless named), from
 * the built page and the imagined laboratory, whose lines of the last minutes are full from the first second on.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser, visit } from '../test/support/browser.ts';
import { startImaginedHub } from '../test/support/imaginedHub.ts';
import { imagineLab } from '../test/support/imaginedLab.ts';
import { imagineMany } from '../test/support/imaginedPlaces.ts';
import { imagineQueue } from '../test/support/imaginedQueue.ts';

interface Picture {
  file: string;
  fleet: 'lab' | 'many' | 'queue';
  path: string;
  theme: 'dark' | 'light';
  language?: 'en-GB' | 'zh-CN';
  width?: number;
  height?: number;
  /** Waited for before the picture is taken. */
  shown: string;
  /** Clicked before it. */
  click?: string;
}

const PICTURES: Picture[] = [
  {
    file: 'fleet-list',
    fleet: 'lab',
    path: '/?view=list',
    theme: 'dark',
    shown: '.gpu-rows + .processes',
    click: '[data-node="vega"] .machine-toggle',
  },
  {
    file: 'fleet-cards-zh',
    fleet: 'lab',
    path: '/?view=cards&node=atlas',
    theme: 'light',
    language: 'zh-CN',
    shown: '.processes tbody tr',
  },
  { file: 'tasks', fleet: 'queue', path: '/tasks/t427', theme: 'light', shown: '.log-line >> nth=5' },
  {
    file: 'tasks-zh',
    fleet: 'queue',
    path: '/tasks/t427',
    theme: 'dark',
    language: 'zh-CN',
    shown: '.log-line >> nth=5',
  },
  { file: 'fleet-map', fleet: 'many', path: '/?view=map', theme: 'dark', shown: '.map-box canvas' },
  {
    file: 'phone-now',
    fleet: 'lab',
    path: '/',
    theme: 'dark',
    width: 390,
    height: 844,
    shown: '.now-models li',
  },
];

/** Fonts, lines and the first patches are there by then. */
const SETTLE_MS = 1500;

const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'pictures');
await mkdir(folder, { recursive: true });
const hubs = {
  lab: await startImaginedHub({ fleet: imagineLab }),
  many: await startImaginedHub({ fleet: imagineMany(120) }),
  queue: await startImaginedHub({ fleet: imagineLab, queue: imagineQueue() }),
};
const browser = await openBrowser();
for (const { file, fleet, path, theme, language, width, height = 900, shown, click } of PICTURES) {
  const { page, complaints, close } = await visit(
    browser,
    `${hubs[fleet].url}${path}${fleet === 'queue' ? '#code=open' : ''}`,
    {
      theme,
      language: language ?? 'en-GB',
      width: width ?? 1440,
      height,
    },
  );
  if (click !== undefined) await page.click(click);
  await page.waitForSelector(shown);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(folder, `${file}.png`) });
  console.log(`${file}.png${complaints.length > 0 ? `: ${complaints.join('; ')}` : ''}`);
  await close();
}
await browser.close();
await Promise.all(Object.values(hubs).map((hub) => hub.stop()));
