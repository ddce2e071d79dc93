/** The queue's settings: as options of `flowline queue`, and as a table that names the option beside each. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withoutUndefined } from '../../lib/withoutUndefined.ts';
import type { QueueSettings } from '../../model/queue.ts';
import { EndClass } from '../../model/task.ts';
import { oneOf, parseMemory, parsePriority, wholeNumber } from '../options.ts';
import { size } from '../text/figures.ts';
import { table } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';

type Budgets = Partial<QueueSettings['budgets']>;
type Limit = number | 'none';

export interface SettingOptions {
  max?: Limit;
  maxPerGpu?: Limit;
  maxGpusPerUser?: Limit;
  maxQueuedPerUser?: Limit;
  maxQueued?: Limit;
  highestPriority?: number;
  leastFree?: Limit;
  headroom?: number | 'default';
  strangers?: QueueSettings['strangers'];
  logDays?: Limit;
  logTotal?: Limit;
  budget?: Budgets;
  pause?: boolean;
  resume?: boolean;
}

const CLASSES = EndClass.exclude(['ok']).options;

/** Adds them to the command. */
export function withSettings(command: Command): Command {
  const limit = (flag: string, description: string): Option =>
    new Option(`${flag} <n>`, `${description}; none for no limit`).argParser(
      orWord('none', wholeNumber(1, 1_000_000)),
    );
  return command
    .option('--pause', 'start nothing new; what runs goes on')
    .option('--resume', 'start again')
    .addOption(limit('--max', 'runs at once'))
    .addOption(limit('--max-per-gpu', 'runs at once on one GPU'))
    .addOption(limit('--max-gpus-per-user', 'GPUs that one person uses at once, started by hand or queued'))
    .addOption(limit('--max-queued-per-user', 'rows that one person may have in the queue'))
    .addOption(limit('--max-queued', 'rows that may be in the queue'))
    .addOption(
      new Option(
        '--highest-priority <n>',
        'the highest that others than administrators may ask for, -100 to 100',
      ).argParser(parsePriority),
    )
    .addOption(
      new Option(
        '--least-free <size>',
        'leave GPUs alone with less free memory, like 10G; none for any',
      ).argParser(orWord('none', parseMemory)),
    )
    .addOption(
      new Option(
        '--headroom <size>',
        'memory kept free on each GPU, like 1G; default for the larger of 512 MiB and 3 %',
      ).argParser(orWord('default', parseMemory)),
    )
    .addOption(
      oneOf(
        new Option(
          '--strangers <how>',
          "GPUs on which others compute: share them, avoid them while there are others, or use only one's own",
        ),
        ['share', 'avoid', 'mine-only'],
      ),
    )
    .addOption(
      limit('--log-days', 'days that the log of an attempt is kept on its machine').argParser(
        orWord('none', wholeNumber(1, 36_500)),
      ),
    )
    .addOption(
      new Option(
        '--log-total <size>',
        'what all logs of a machine may take, like 20G: the oldest go first; none for no limit',
      ).argParser(orWord('none', parseMemory)),
    )
    .addOption(
      new Option(
        '--budget <class=n>',
        `how often a run that ended so is tried again, like gpu_oom=5 or infra=none; may be given again (${CLASSES.join(', ')})`,
      ).argParser((text: string, before: Budgets | undefined) => ({ ...before, ...parseBudget(text) })),
    );
}

/** What the options change; empty where they change nothing. */
export function settingsOf(options: SettingOptions, before: QueueSettings): Partial<QueueSettings> {
  const limit = (value: Limit | undefined): number | null | undefined => (value === 'none' ? null : value);
  return withoutUndefined({
    isRunning: options.resume ? true : options.pause ? false : undefined,
    maxRunning: limit(options.max),
    maxRunningPerGpu: limit(options.maxPerGpu),
    maxGpusPerUser: limit(options.maxGpusPerUser),
    maxQueuedPerUser: limit(options.maxQueuedPerUser),
    maxQueued: limit(options.maxQueued),
    highestPriority: options.highestPriority,
    leastFreeBytes: limit(options.leastFree),
    headroomBytes: options.headroom === 'default' ? null : options.headroom,
    strangers: options.strangers,
    logKeepDays: limit(options.logDays),
    logTotalBytes: limit(options.logTotal),
    budgets: options.budget && { ...before.budgets, ...options.budget },
  });
}

/** A line per setting, with the option that changes it. */
export function describeSettings(settings: QueueSettings, terminal: Terminal): string {
  const { queue: words } = terminal.words;
  const limit = (value: number | null): string => (value === null ? words.noLimit : String(value));
  const budgets = CLASSES.map((class_) => `${class_} ${settings.budgets[class_] ?? words.always}`);
  const { failures, withinSeconds } = settings.breaker;
  return table(
    [{ title: words.setting }, { title: words.value, cutTo: 20 }, { title: words.option }],
    [
      [words.starts, settings.isRunning ? words.yes : words.no, '--pause, --resume'],
      [words.max, limit(settings.maxRunning), '--max'],
      [words.maxPerGpu, limit(settings.maxRunningPerGpu), '--max-per-gpu'],
      [words.maxPerUser, limit(settings.maxGpusPerUser), '--max-gpus-per-user'],
      [words.maxQueuedPerUser, limit(settings.maxQueuedPerUser), '--max-queued-per-user'],
      [words.maxQueued, limit(settings.maxQueued), '--max-queued'],
      [words.highestPriority, String(settings.highestPriority), '--highest-priority'],
      [
        words.leastFree,
        settings.leastFreeBytes === null ? words.anyFree : size(settings.leastFreeBytes),
        '--least-free',
      ],
      [
        words.headroom,
        settings.headroomBytes === null ? words.usualHeadroom : size(settings.headroomBytes),
        '--headroom',
      ],
      [words.strangers, words.strangersHow[settings.strangers], '--strangers'],
      [words.again, budgets.slice(0, 3).join(', '), '--budget'],
      ['', budgets.slice(3, 6).join(', '), ''],
      ['', budgets.slice(6).join(', '), ''],
      [words.breaker, words.failures(failures, withinSeconds), ''],
      [
        words.logDays,
        settings.logKeepDays === null ? words.noLimit : words.days(settings.logKeepDays),
        '--log-days',
      ],
      [
        words.logTotal,
        settings.logTotalBytes === null ? words.noLimit : size(settings.logTotalBytes),
        '--log-total',
      ],
    ],
    terminal,
  );
}

/** A word for what no number says, or what `parse` makes of the text. Not null: commander takes that for no value. */
const orWord =
  <Value, Word extends string>(word: Word, parse: (text: string) => Value) =>
  (text: string): Value | Word =>
    text === word ? word : parse(text);

function parseBudget(text: string): Budgets {
  const match = /^([a-z_-]+)=(\d{1,4}|none)$/.exec(text);
  const class_ = CLASSES.find((each) => each === match?.[1]?.replaceAll('-', '_'));
  const times = match?.[2] === 'none' ? null : Number(match?.[2]);
  if (!match || !class_ || (times !== null && times > 1000))
    throw new InvalidArgumentError(`say CLASS=N up to 1000, or CLASS=none; classes: ${CLASSES.join(', ')}`);
  return { [class_]: times };
}
