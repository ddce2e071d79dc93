/** The queue on the page, in a real Chromium: what is shown, what is done, how soon, and how much of it. */
import { Buffer } from 'node:buffer';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openBrowser,
  seriousAxeFindings,
  sidewaysScroll,
  type Visit,
  type VisitOptions,
  visit,
  withoutChromium,
} from '../support/browser.ts';
import { startImaginedHub } from '../support/imaginedHub.ts';
import { imagineLab } from '../support/imaginedLab.ts';
import { type ImaginedQueue, imagineQueue } from '../support/imaginedQueue.ts';
import { waitFor } from '../support/waitFor.ts';

type ImaginedHub = Awaited<ReturnType<typeof startImaginedHub>>;

const MANY = 100_000;

describe.skipIf(withoutChromium)('tasks on the page', () => {
  let browser: Browser;
  let queue: ImaginedQueue;
  let manyQueue: ImaginedQueue;
  let hub: ImaginedHub;
  let manyHub: ImaginedHub;
  beforeAll(async () => {
    queue = imagineQueue();
    manyQueue = imagineQueue({ many: MANY });
    [browser, hub, manyHub] = await Promise.all([
      openBrowser(),
      startImaginedHub({ fleet: imagineLab, queue }),
      startImaginedHub({ fleet: imagineLab, queue: manyQueue, tickMs: 60_000 }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([hub.stop(), manyHub.stop()]);
  });

  /** Opens an address of the page, logged in. */
  async function open(path: string, options: VisitOptions = {}, at: ImaginedHub = hub): Promise<Visit> {
    const opened = await visit(browser, `${at.url}${path}#code=open`, options);
    return opened;
  }
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      `document.activeElement.querySelector?.('.task-cell')?.textContent ?? document.activeElement.tagName`,
    );
  const asked = (route: string): unknown[] =>
    queue.asked.filter((each) => each.route === route).map((each) => each.body);

  describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
    test.each([
      { name: 'tables and runs', path: '/tasks?table=b1', shown: '.reason-bar' },
      { name: 'a task beside them', path: '/tasks/t427', shown: '.log-line >> nth=5' },
      { name: 'a task that waits', path: '/tasks/t429', shown: '.step .reason-bar' },
      { name: 'failed runs', path: '/tasks?table=b1&tab=failed', shown: '.runs .bad' },
      { name: 'the queue on cards', path: '/?view=cards&node=mira', shown: '.task-chip' },
      { name: 'a machine of the queue', path: '/nodes/mira', shown: '.panel-head .queue-switch' },
      { name: 'its settings', path: '/settings', shown: '.queue-entry >> nth=5' },
    ])('$name breaks no rule of the content policy and no serious one of axe', async ({ path, shown }) => {
      const { page, complaints, close } = await open(path, { theme });
      await page.waitForSelector(shown);
      expect(await seriousAxeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    test('figures, parameters, files and the dialogs are as sound', async () => {
      const { page, complaints, close } = await open('/tasks/t411', { theme });
      for (const tab of ['Figures', 'Parameters', 'Files']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.waitForSelector('.task-tab .facts, .files li');
        expect(await seriousAxeFindings(page)).toEqual([]);
      }
      await page.getByRole('button', { name: 'Queue a table…' }).click();
      await page.waitForSelector('dialog .table-drop');
      expect(await seriousAxeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Stop running…' }).click();
      await page.waitForSelector('dialog .question-list li');
      expect(await seriousAxeFindings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  });

  describe('on a telephone 360 px wide, in Chinese', () => {
    const phone = { width: 360, height: 780, language: 'zh-CN' } as const;
    test.each([
      { name: 'tables and runs', path: '/tasks?table=b1', shown: '.runs tr[data-place]' },
      { name: 'a task', path: '/tasks/t427', shown: '.log-line >> nth=5' },
      { name: 'settings', path: '/settings', shown: '.queue-entry' },
    ])('$name need no scrolling sideways', async ({ path, shown }) => {
      const { page, complaints, close } = await open(path, phone);
      await page.waitForSelector(shown);
      expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await close();
    });

    test('the first screen has my runs', async () => {
      const mine = await startImaginedHub({
        fleet: imagineLab,
        queue: imagineQueue(),
        account: { name: 'lin.wei', role: 'user' },
      });
      const { page, close } = await open('/', phone, mine);
      // What asks for me is known with the queue, the tasks themselves come by a request of their own.
      await page.waitForSelector('.now-tasks li:has-text("t418")');
      expect(await page.textContent('.now-page')).toMatch(/我的任务/);
      expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
      await close();
      await mine.stop();
    });
  });

  test('who is not logged in is told so, and how', async () => {
    const { page, complaints, close } = await visit(browser, `${hub.url}/tasks`);
    await page.waitForSelector('.first-step');
    expect(await page.textContent('.first-step')).toMatch(/after a login/);
    expect(await page.textContent('.first-step code')).toBe(
      'flowline token link --hub http://10.20.6.9:3569',
    );
    expect(complaints).toEqual([]);
    await close();
  });

  test('why a run waits is arithmetic, in both languages', async () => {
    for (const [language, sentence] of [
      ['en-GB', '30 free, 42 asked; 18 held by pid 4711, alice'],
      ['zh-CN', '余 30，要 42；pid 4711，alice 占 18'],
    ] as const) {
      const { page, close } = await open('/tasks?table=b1', { language });
      await page.waitForSelector('.reason-bar');
      expect(await page.locator('tr', { hasText: 't429' }).textContent()).toContain(sentence);
      await close();
    }
  });

  test('own tables stand first, and a bar shows the few that failed', async () => {
    const mine = await startImaginedHub({
      fleet: imagineLab,
      queue: imagineQueue(),
      account: { name: 'wang.ll', role: 'user' },
    });
    const { page, close } = await open('/tasks', {}, mine);
    await page.waitForSelector('.task-tables tbody tr');
    expect(await page.locator('.task-tables tbody tr').first().textContent()).toMatch(/ddpm-ablation/);
    const failed = await page.locator('tr', { hasText: 'rotate_mnist' }).locator('.is-failed').boundingBox();
    expect(failed?.width).toBeGreaterThanOrEqual(8);
    await close();
    await mine.stop();
  });

  test('a filter finds columns by value and figure, and is in the address', async () => {
    const { page, close } = await open('/tasks?table=b1');
    await page.waitForSelector('.runs tr[data-place]');
    await page.keyboard.press('/');
    await page.keyboard.type('model:vit_l state:queued lr:>1e-4');
    await waitFor('the rows', async () => {
      const rows = await page.locator('.runs tr[data-place]').allTextContents();
      return rows.length > 3 && rows.every((row) => /queued.*vit_l(3e-4|1e-3|3e-3)/.test(row));
    });
    expect(decodeURIComponent(page.url())).toMatch(/query=model:vit_l\+state:queued\+lr:>1e-4/);
    await close();
  });

  test('the failed ones run again by one click, and all or one kind of them', async () => {
    const { page, close } = await open('/tasks?table=b3');
    await page.getByRole('button', { name: /Run the failed ones again · 3/ }).click();
    await waitFor('the request', () => asked('POST tasks/retry').length > 0);
    expect(asked('POST tasks/retry').at(-1)).toMatchObject({
      select: { table: 'b3', states: ['failed', 'timed_out', 'lost', 'impossible'] },
    });
    await waitFor('none that failed', async () =>
      (await page.textContent('.runs-tabs'))?.includes('Failed 0'),
    );
    await close();
  });

  test('the keys move, choose and ask once before anything ends', async () => {
    const { page, close } = await open('/');
    await page.waitForSelector('.tile, .gpu-card');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForSelector('.runs tr[data-place]');
    await page.goto(`${hub.url}/tasks?table=b2`);
    await page.waitForSelector('.runs tr[data-place]');
    await page.keyboard.press('j');
    await waitFor('the second row', async () => (await focused(page)).startsWith('t1028'));
    await page.keyboard.press('x');
    for (const _ of [0, 1, 2]) await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await waitFor('four chosen', async () => (await page.textContent('.choice-words')) === '4 tasks chosen');
    await page.keyboard.press('Delete');
    await page.waitForSelector('dialog .question-list li >> nth=3');
    expect(await page.textContent('dialog')).toMatch(/Stop these 4 tasks\?.*t1028.*t1031/);
    expect(asked('POST tasks/kill')).toEqual([]);
    await page.keyboard.press('Escape');
    expect(asked('POST tasks/kill')).toEqual([]);
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Stop all 4' }).click();
    await waitFor('the request', () => asked('POST tasks/kill').length === 1);
    expect(asked('POST tasks/kill')).toEqual([{ select: { ids: ['t1028', 't1029', 't1030', 't1031'] } }]);
    await close();
  });

  test('what is chosen is held, edited and brought to the front', async () => {
    const { page, close } = await open('/tasks?table=b5');
    await page.waitForSelector('.runs tr[data-place]');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Move…' }).click();
    await page.getByRole('menuitem', { name: 'To the front' }).click();
    await waitFor('the move', () => asked('POST tasks/edit').length === 1);
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByLabel('Memory per GPU').fill('40G');
    await page.getByLabel('Priority').fill('much');
    expect(await page.textContent('dialog')).toMatch(/Priority is not understood/);
    await page.getByLabel('Priority').fill('10');
    await page.getByRole('button', { name: 'Change' }).click();
    await waitFor('the change', () => asked('POST tasks/edit').length === 2);
    expect(asked('POST tasks/edit')).toEqual([
      { select: { ids: ['t1501'] }, changes: { before: 'first' } },
      { select: { ids: ['t1501'] }, changes: { memoryBytes: 40 * 2 ** 30, priority: 10 } },
    ]);
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.waitForSelector('.runs tr:has-text("held")');
    await close();
  });

  test('waiting rows of very many are dragged, moved by keys, and put before one that is chosen', async () => {
    const { page, complaints, close } = await open('/tasks?table=b6&tab=queued', {}, manyHub);
    const row = (place: number) => page.locator(`.runs tr[data-place="${place}"]`);
    const first = async (): Promise<string> =>
      (await page.locator('.runs tr[data-place] .task-cell').allTextContents()).slice(0, 4).join(' ');
    await row(2).hover();
    const from = await row(2).locator('.row-handle').boundingBox();
    const to = await row(0).boundingBox();
    if (!from || !to) throw new Error('the rows are not drawn');
    await page.mouse.move(from.x + 5, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y - 10);
    await page.mouse.move(to.x + 60, to.y + 5);
    await page.waitForSelector('tr.drop-before[data-place="0"]');
    await page.mouse.up();
    await waitFor('it to be first', async () => (await first()) === 't60023 t60021 t60022 t60024');
    expect(await page.textContent('.move-said')).toBe('t60023: before t60021');
    await page.keyboard.press('Alt+ArrowDown');
    await waitFor('it to be second', async () => (await first()) === 't60021 t60023 t60022 t60024');
    await waitFor('the focus to follow', async () => (await focused(page)) === 't60023');

    await page.keyboard.press('x');
    for (const _ of [0, 1]) await page.keyboard.press('j');
    await page.keyboard.press('x');
    await row(3).locator('.menu-cell button').click();
    await page.waitForSelector('.menu');
    expect(await seriousAxeFindings(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'Before a row…' }).click();
    await page.waitForSelector('.is-picking');
    expect(await seriousAxeFindings(page)).toEqual([]);
    await page.keyboard.press('End');
    await waitFor('the last row', async () => (await focused(page)) === 't110000');
    await page.keyboard.press('Enter');
    await waitFor(
      'the move',
      async () => (await page.textContent('.move-said')) === '2 tasks: before t110000',
    );
    expect(manyQueue.asked.at(-1)?.body).toEqual({
      select: { ids: ['t60023', 't60024'] },
      changes: { before: 't110000' },
    });
    expect(complaints).toEqual([]);
    await close();
  });

  test('one task tells its story, with the arithmetic of what was learned', async () => {
    const { page, close } = await open('/tasks/t427');
    await page.waitForSelector('.step >> nth=4');
    const story = await page.textContent('.story');
    expect(story).toMatch(/Attempt 1 ran out of GPU memory at 21\.4 of 24 GiB/);
    expect(story).toMatch(/the larger of 21\.4 \+ 5 = 26\.4 and 21\.6 × 1\.25 = 27/);
    expect(story).toMatch(/Attempt 2 on mira GPU 1/);
    await page.keyboard.press('[');
    await waitFor('attempt 1', () => page.url().includes('attempt=1'));
    await page.keyboard.press('Escape');
    await waitFor('the list alone', () => new URL(page.url()).pathname === '/tasks');
    await close();
  });

  describe('a log', () => {
    test('shows a line within 300 ms, keeps colours, and obeys nothing else', async () => {
      const { page, complaints, close } = await open('/tasks/t418');
      await page.waitForSelector('.log-line >> nth=5');
      const seen = page.evaluate(`new Promise((resolve) => {
        const look = () => document.querySelector('.log-lines').textContent.includes('needle-in-log')
          ? resolve(Date.now()) : setTimeout(look, 5);
        look();
      })`);
      const printedAtMs = Date.now();
      queue.log.print(
        't418',
        'out',
        '\n\u001b]0;title\u0007\u001b[31mneedle-in-log\u001b[0m \u001b[2J<img src=x onerror=alert(1)>\u202e\n',
      );
      expect(Number(await seen) - printedAtMs).toBeLessThan(300);
      const line = page.locator('.log-line', { hasText: 'needle-in-log' });
      expect(await line.locator('.log-text').textContent()).toBe(
        'needle-in-log <img src=x onerror=alert(1)><U+202E>',
      );
      expect(await line.locator('.log-red').textContent()).toBe('needle-in-log');
      expect(await page.locator('.log-lines img').count()).toBe(0);
      expect(complaints).toEqual([]);
      await close();
    });

    test('follows its end until one scrolls up, then counts what came', async () => {
      const { page, close } = await open('/tasks/t419');
      await page.waitForSelector('.log-line >> nth=5');
      queue.log.print('t419', 'out', Array.from({ length: 400 }, (_, place) => `line ${place}\n`).join(''));
      await page.waitForSelector('.log-line:has-text("line 399")');
      await page.locator('.log-lines').hover();
      await page.mouse.wheel(0, -900);
      await page.waitForSelector('.log-new');
      queue.log.print('t419', 'err', 'a\nb\nc\n');
      await waitFor('↓ 3 new', async () => (await page.textContent('.log-new')) === '↓ 3 new');
      expect(await page.locator('.log-line').count()).toBeLessThan(150);
      await page.click('.log-new');
      await page.waitForSelector('.log-line.is-err:has-text("c")');
      expect(await page.locator('.log-new').count()).toBe(0);
      await close();
    });

    test('finds a word, and hands the whole over as a file', async () => {
      const { page, close } = await open('/tasks/t411');
      await page.waitForSelector('.log-line >> nth=5');
      await page.getByRole('button', { name: 'search', exact: true }).click();
      await page.getByLabel('Search this log').fill('loss is nan');
      await page.waitForSelector('.log-line.is-found:has-text("ValueError")');
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'download', exact: true }).click();
      expect((await coming).suggestedFilename()).toMatch(/^t411\.1\.1\.(out|err)$/);
      await close();
    });
  });

  test('a table is read here, shown as its commands, tried, and queued', async () => {
    const { page, complaints, close } = await open('/tasks');
    await page.getByRole('button', { name: 'Queue a table…' }).click();
    await page.setInputFiles('dialog input[type=file]', {
      name: 'sweep.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('label,lr,note\nrun a,001,it\'s "here"; rm -rf\nrun b,-1,\n'),
    });
    await page.getByLabel('label', { exact: true }).selectOption('name');
    await page.getByRole('textbox', { name: 'Command', exact: true }).fill('python train.py');
    await page.waitForSelector('.argv-list li >> nth=1');
    expect(await page.locator('.argv-list li').first().locator('.argument').allTextContents()).toEqual([
      'python',
      'train.py',
      '--lr',
      '001',
      '--note',
      'it\'s "here"; rm -rf',
    ]);
    await page.getByLabel(/^Working directory/).fill('/home/lw/exp');
    await page.getByRole('button', { name: 'Try without queueing' }).click();
    await page.waitForSelector('dialog .hint-bar:has-text("would start now")');
    expect(queue.submitted).toEqual([]);
    await page.getByRole('button', { name: 'Queue 2 rows' }).click();
    await waitFor('the submit', () => queue.submitted.length === 1);
    expect(queue.submitted[0]).toMatchObject({
      table: { name: 'sweep.csv', workingDirectory: '/home/lw/exp', environment: {}, file: null },
      rows: [
        {
          name: 'run a',
          parameters: [
            ['lr', '001'],
            ['note', 'it\'s "here"; rm -rf'],
          ],
        },
        { name: 'run b', parameters: [['lr', '-1']], command: { kind: 'argv' } },
      ],
      isComplete: true,
    });
    await page.waitForSelector('.runs-head:has-text("sweep.csv")');
    expect(complaints).toEqual([]);
    await close();
  });

  test('a command is submitted with what it asks', async () => {
    const before = queue.submitted.length;
    const { page, close } = await open('/tasks');
    await page.waitForSelector('.runs');
    await page.keyboard.press('c');
    await page
      .getByRole('textbox', { name: 'Command', exact: true })
      .fill('python eval.py "two words" {quoted}');
    await page.waitForSelector('.command-problem:has-text("there is no column {quoted}")');
    await page.getByRole('textbox', { name: 'Command', exact: true }).fill('python eval.py "two words"');
    await page.getByLabel(/^Working directory/).fill('home');
    await page.getByLabel('Memory per GPU').fill('20G');
    await page.getByRole('button', { name: 'Queue it' }).click();
    await page.waitForSelector('dialog .bad:has-text("Working directory")');
    await page.getByLabel(/^Working directory/).fill('/home/lw');
    await page.getByRole('button', { name: 'Queue it' }).click();
    await waitFor('the submit', () => queue.submitted.length === before + 1);
    expect(queue.submitted.at(-1)).toMatchObject({
      table: { options: { ask: { gpus: 1, memoryBytes: 20 * 2 ** 30 } } },
      rows: [{ command: { kind: 'argv', words: ['python', 'eval.py', 'two words'] } }],
    });
    await page.waitForSelector('.task-panel');
    await close();
  });

  test('a card shows whose task runs there and what is promised, and is switched off', async () => {
    const { page, close } = await open('/?view=cards&node=mira');
    await page.waitForSelector('.task-chip:has-text("t427")');
    expect(await page.locator('.gpu-card >> nth=2').locator('.promised').count()).toBeGreaterThan(0);
    await page.getByRole('switch', { name: /Keep the queue from GPU 0/ }).click();
    await page.waitForSelector('.gpu-queue:has-text("switched off for the queue")');
    expect(asked('POST queue/gpus')).toEqual([{ gpus: ['GPU-mira-0'], isOn: false }]);
    await page.getByRole('switch', { name: /Let the queue use GPU 0/ }).click();
    await close();
  });

  test('an administrator changes settings of the queue', async () => {
    const { page, close } = await open('/settings');
    await page.getByLabel('Attempts on each GPU').fill('2');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'paused', exact: true }).click();
    await waitFor('both', () => asked('PATCH queue').length === 2);
    expect(asked('PATCH queue')).toEqual([{ maxRunningPerGpu: 2 }, { isRunning: false }]);
    await page.getByRole('button', { name: 'running', exact: true }).click();
    // And reads FlowLine's own log there.
    await page.waitForSelector('.own-log-lines li:has-text("a node refused an attempt · node vega")');
    await close();
  });

  test('a whole table is changed, and a task is found by its number', async () => {
    const { page, close } = await open('/tasks?table=b2');
    await page.waitForSelector('.runs tr[data-place]');
    await page.getByRole('button', { name: 'Edit…' }).click();
    await page.getByLabel('At once, at most').fill('6');
    await page.getByRole('button', { name: 'Change' }).click();
    await waitFor('the change', () => asked('PATCH tables/b2').length === 1);
    expect(asked('PATCH tables/b2')).toEqual([{ maxRunning: 6 }]);
    await page.waitForSelector('.runs-about:has-text("at most 6 at once")');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('t427');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.task-title:has-text("t427")');
    await close();
  });

  test('100,000 rows scroll with no frame over 100 ms, a few of them drawn', async () => {
    const { page, complaints, close } = await open('/tasks?table=b6', {}, manyHub);
    await page.waitForSelector('.runs tr[data-place]');
    // The time that the page itself works for each step, whatever else the machine does meanwhile.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const workedMs = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
    };
    let longest = 0;
    for (let step = 1; step <= 60; step += 1) {
      const before = await workedMs();
      await page.evaluate(`new Promise((resolve) => {
        document.querySelector('.tasks-main').scrollTop += ${step % 10 === 0 ? 90_000 : 700};
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      })`);
      longest = Math.max(longest, (await workedMs()) - before);
    }
    console.log(`100,000 rows: longest frame ${longest.toFixed(0)} ms of work`);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(100);
    await page.waitForSelector('.runs tr[data-place]');
    expect(await page.locator('.runs tbody tr').count()).toBeLessThan(120);
    await page.keyboard.press('End');
    await waitFor('the last row', async () => (await focused(page)).startsWith('t'));
    expect(complaints).toEqual([]);
    await close();
  });
});
