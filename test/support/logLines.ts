/**
 * How soon a line that a run prints is on the page: through the whole program (hub, agent, wrapper, a real process) and a
 * real Chromium. The lines carry the time at which they were printed, by the machine's own clock, which is the browser's too.
 */
import type { Page } from 'playwright-core';
import type { HubClient } from '../../src/client/hubClient.ts';
import { administratorOf } from './administrator.ts';
import { openBrowser, visit } from './browser.ts';
import { runProgram, startHubProgram } from './program.ts';
import { waitFor } from './waitFor.ts';

/** A line each 100 ms, in nanoseconds since 1970; far longer than anybody measures. */
export const STAMPS = 'while :; do date +stamp-%s%N; sleep 0.1; done';

/** Milliseconds from print to page, a line each, once the first ones have come. */
export async function measureLogLines(
  lines: number,
): Promise<{ latenciesMs: number[]; complaints: string[] }> {
  const [hub, browser] = await Promise.all([startHubProgram('up', ['--log-level', 'error']), openBrowser()]);
  const client = await administratorOf(hub);
  let id: string | null = null;
  try {
    const environment = { FLOWLINE_HUB: hub.url, FLOWLINE_DATA: hub.dataFolder, LANG: 'C' };
    const words = ['submit', '--json', '--gpus', '0', '--', 'sh', '-c', STAMPS];
    const { code, output, errors } = await runProgram(words, environment);
    if (code !== 0) throw new Error(`submit: ${errors}${output}`);
    const own = (JSON.parse(output) as { tasks: { id: string }[] }).tasks[0]?.id ?? '';
    id = own;
    await waitFor('it to run', async () => (await stateOf(client, own)) === 'running');
    const link = await waitFor('the link', () => hub.link() || null);
    const { page, complaints, close } = await visit(browser, link.replace('/#', `/tasks/${own}#`));
    await page.waitForSelector('.log-line:has-text("stamp-") >> nth=4');
    const latenciesMs = await watchLines(page, lines);
    await close();
    return { latenciesMs, complaints };
  } finally {
    // It would outlive the program, as it should, and print for ever.
    if (id !== null) await endTask(client, id);
    await Promise.all([browser.close(), hub.end()]);
  }
}

const stateOf = async (client: HubClient, id: string) =>
  (await client.call('task', { parameters: { id } })).task.state;

async function endTask(client: HubClient, id: string): Promise<void> {
  await client.call('killTasks', { body: { select: { ids: [id] }, graceSeconds: 0 } });
  await waitFor('its end', async () => !['running', 'stopping'].includes(await stateOf(client, id)));
}

/** Looks at each change of the log, not at intervals: a line counts from when it is in the document. */
function watchLines(page: Page, lines: number): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const box = document.querySelector('.log-lines');
    const stamps = () => [...box.textContent.matchAll(/stamp-(\\d{19})/g)].map(([, stamp]) => stamp);
    const seen = new Set(stamps());
    const latencies = [];
    const observer = new MutationObserver(() => {
      for (const stamp of stamps()) {
        if (seen.has(stamp)) continue;
        seen.add(stamp);
        latencies.push(performance.timeOrigin + performance.now() - Number(stamp) / 1e6);
      }
      if (latencies.length < ${lines}) return;
      observer.disconnect();
      resolve(latencies.slice(0, ${lines}));
    });
    observer.observe(box, { childList: true, subtree: true, characterData: true });
  })`);
}
