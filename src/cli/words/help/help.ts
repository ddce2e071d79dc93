/** What commands' `--help` say, in Chinese, by the English sentence: options that mean the same have one entry. */
import { fleetHelpZh } from './fleet.ts';
import { machinesHelpZh } from './machines.ts';
import { queueHelpZh } from './queue.ts';
import { submitHelpZh } from './submit.ts';

/** What commander says by itself. */
const LAYOUT: Record<string, string> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Examples:': '示例：',
  '[options]': '[选项]',
  '[command]': '[命令]',
  'choices: ': '可选：',
  'default: ': '默认：',
  'env: ': '环境变量：',
  'display help for command': '显示帮助',
  'output the version number': '显示版本号',
  'show the help of a command': '显示一个命令的帮助',
  'options and examples of a command': '一个命令的选项和示例',
  none: '无',
  nothing: '无',
};

const ZH: ReadonlyMap<string, string> = new Map(
  [LAYOUT, machinesHelpZh, fleetHelpZh, queueHelpZh, submitHelpZh].flatMap((each) => Object.entries(each)),
);

/** A sentence in Chinese; one that has no entry stays (help.test.ts holds that none is missing, and none left over). */
export const helpZh = (english: string): string => ZH.get(english) ?? english;

/** Every English sentence that has an entry. */
export const helpInChinese = (): readonly string[] => [...ZH.keys()];
