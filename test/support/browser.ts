/** A real Chromium for the tests of the page, and what every such test wants to know of a page. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Where Chromium is, or null. Without one the tests of the page are skipped, except in CI, where they must fail. */
export const chromiumPath = PLACES.find((path) => existsSync(path)) ?? null;
export const withoutChromium = chromiumPath === null && process.env.CI !== 'true';

/** Starts Chromium without a window and without any call home. */
export function openBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error(`no Chromium in ${PLACES.join(', ')}: apt-get install chromium`);
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Visit {
  page: Page;
  /** What the content policy refused, and what went wrong in scripts. */
  complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  theme?: 'dark' | 'light';
  language?: 'en-GB' | 'zh-CN';
  /** As somebody has it who chose the system's own few colours. */
  forcedColours?: boolean;
  reducedMotion?: boolean;
  width?: number;
  height?: number;
}

/** Opens an address in a fresh profile and listens for complaints from the first byte on. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 1000 },
    locale: options.language ?? 'en-GB',
    colorScheme: options.theme ?? 'dark',
    forcedColors: options.forcedColours ? 'active' : 'none',
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
  });
  // Other work runs beside tests.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text()))
      complaints.push(message.text());
  });
  // Also what a script tried, was refused and passed over in silence.
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    console.error('Content Security Policy: ' + event.violatedDirective + ' ' + event.blockedURI))`);
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

export interface AxeFinding {
  id: string;
  impact: string;
  nodes: string[];
}

/** What axe-core finds of serious or critical weight. Run by the debugger, so that the content policy stays as it is. */
export async function seriousAxeFindings(page: Page): Promise<AxeFinding[]> {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(path, 'utf8'));
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? '')).slice(0, 5) })))`);
}

/** How far the page could be scrolled sideways, in pixels. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(`Math.max(...[document.documentElement, ...document.querySelectorAll('main')].map(
    (element) => element.scrollWidth - element.clientWidth))`);
}
