/** `flowline doctor`: what is wrong on this machine, and what to do. */
import type { Command } from 'commander';
import { visible } from '../lib/displayText.ts';
import type { Check } from '../model/check.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { examples } from './help.ts';
import { checkHubUrl, dataFolderOf, dataOption, hubOption, jsonOption } from './options.ts';
import { jsonText } from './text/json.ts';
import type { Style } from './text/paint.ts';
import { languageOf, type Terminal, terminalOf } from './text/terminal.ts';
import { padTo, widthOf } from './text/width.ts';
import { wrapWords } from './text/wrap.ts';

interface DoctorOptions {
  hub: string;
  data?: string;
  json?: boolean;
}

/** Adds the command. */
export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('look for what is wrong here, and say what to do; exit code 1 for a problem')
    .addOption(hubOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('flowline doctor', 'flowline doctor --json | jq \'.checks[] | select(.result == "problem")\''),
    )
    .action(async (options: DoctorOptions, command: Command) => {
      const checks = await context.examineThisMachine({
        dataFolder: dataFolderOf(context, options.data),
        hubUrl: checkHubUrl(options.hub, context),
        isHubNamed: command.getOptionValueSource('hub') !== 'default',
        language: languageOf(context.environment),
      });
      context.print(options.json ? jsonText({ checks }) : describeChecks(checks, terminalOf(context)));
      if (checks.some((check) => check.result === 'problem')) throw new CommandFailure(EXIT.failed, '');
    });
}

const LOOKS: Record<Check['result'], { glyph: string; style: Style }> = {
  ok: { glyph: '✓', style: 'good' },
  note: { glyph: '·', style: 'warn' },
  problem: { glyph: '✗', style: 'bad' },
};

/** A line per check, longer ones wrapped, advice below; the verdict last. */
export function describeChecks(checks: readonly Check[], { words, paint, columns }: Terminal): string {
  const nameColumns = Math.max(0, ...checks.map((check) => widthOf(check.name)));
  const resultColumns = Math.max(...Object.values(words.doctor.result).map(widthOf));
  const indent = ' '.repeat(2 + resultColumns + 2 + nameColumns + 2);
  const room = Math.max(24, (columns ?? 120) - indent.length);
  const lines = checks.flatMap(({ name, result, found, advice }) => {
    const { glyph, style } = LOOKS[result];
    const mark = paint(`${glyph} ${padTo(words.doctor.result[result], resultColumns)}`, style);
    const [first = '', ...rest] = wrapWords(visible(found), room);
    const advised = advice === null ? [] : wrapWords(visible(advice), room - 2);
    return [
      `${mark}  ${padTo(visible(name), nameColumns)}  ${first}`,
      ...rest.map((line) => indent + line),
      ...advised.map((line, place) => `${indent}${place === 0 ? '→ ' : '  '}${line}`),
    ];
  });
  const count = (result: Check['result']): number => checks.filter((check) => check.result === result).length;
  const problems = count('problem');
  const verdict = words.doctor.summary(problems, count('note'));
  return [...lines, '', paint(verdict, problems > 0 ? 'bad' : 'good')].join('\n');
}
