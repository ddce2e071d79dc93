import { afterEach, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../test/support/commandLine.ts';
import { widthOf } from './text/width.ts';
import { helpInChinese } from './words/help/help.ts';
import { zh } from './words/zh.ts';

afterEach(() => vi.restoreAllMocks());

/** Figures and addresses, which read the same in every language. */
const FIGURE = /^(|\d+m?s|[\d.]+:\d+)$/;
const COMMANDS = /^ {2}([a-z][\w-]*)/gm;

const helpOf = async (path: readonly string[], LANG: string): Promise<string> =>
  (
    await runCommandLine([...path, '--help'], {
      terminalColumns: 80,
      environment: { FLOWLINE_DATA: '/nowhere', LANG },
    })
  ).output;

/** The help of every command, by its words. */
async function everyHelp(LANG = 'zh_CN.UTF-8', path: readonly string[] = []): Promise<Map<string, string>> {
  const output = await helpOf(path, LANG);
  const all = new Map([[path.join(' '), output]]);
  const [commands = ''] = output.split(/^(?:命令：|Commands:)\n/m)[1]?.split('\n\n') ?? [];
  for (const [, name = ''] of commands.matchAll(COMMANDS))
    if (name !== 'help') for (const [key, text] of await everyHelp(LANG, [...path, name])) all.set(key, text);
  return all;
}

describe('the help in Chinese', () => {
  test('has every sentence of every command, and no entry that no command says', async () => {
    const said = vi.spyOn(zh, 'help');
    const all = await everyHelp();
    expect([...all.keys()]).toEqual(
      expect.arrayContaining(['agent join', 'processes kill', 'service install agent', 'token create']),
    );
    const asked = new Set(said.mock.calls.map(([english]) => english));
    const english = [...asked].filter((each) => !FIGURE.test(each));
    expect(english.filter((each) => !/\p{Script=Han}/u.test(zh.help(each)))).toEqual([]);
    expect(helpInChinese().filter((each) => !asked.has(each))).toEqual([]);
  });

  test.each(['C', 'zh_CN.UTF-8'])('fits 80 columns in %s, where a character may take two', async (LANG) => {
    const all = await everyHelp(LANG);
    expect(all.size).toBeGreaterThan(30);
    for (const [command, output] of all) {
      // An example is one line, to be copied.
      const lines = output.split('\n').filter((line) => !/^ {2}(?:\S+=\S+ |sudo )*flowline /.test(line));
      for (const line of lines) expect(widthOf(line), `${command}: ${line}`).toBeLessThanOrEqual(80);
    }
  });

  test('sets descriptions under one another, and breaks them within a sentence', async () => {
    const output = await helpOf(['submit'], 'zh_CN.UTF-8');
    expect(output).toContain('用法： flowline submit [选项] [TABLE] [-- COMMAND…]');
    expect(output).toMatch(/^ {2}--hold {2,}排队但暂缓，直到 `flowline release` 放行$/m);
    expect(output).toMatch(/^ {2}--retries <n> .*（默认：0）$/m);
  });

  test('is the English one elsewhere', async () => {
    const output = await helpOf(['submit'], 'C');
    expect(output).not.toMatch(/\p{Script=Han}/u);
    expect(output).toMatch(/^ {2}--retries <n> .*\(default: 0\)$/ms);
  });
});
