/**
 * `flowline logs`: what an attempt wrote. Its stdout goes to ours and its stderr to ours, so that a pipe gets what the
 * program wrote; a terminal is given colours and nothing else (lib/logText.ts).
 */
import { setTimeout } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import { harmlessLog } from '../../lib/logText.ts';
import { AttemptId, parseAttemptId, TaskId } from '../../model/task.ts';
import type { LogSlice, LogStream } from '../../protocol/supervision.ts';
import type { CommandContext } from '../context.ts';
import { openFleet } from '../fleetCommand.ts';
import { examples } from '../help.ts';
import { type HubOptions, parseMemory, withHub } from '../options.ts';
import { size } from '../text/figures.ts';
import type { Terminal } from '../text/terminal.ts';
import { checkTaskId } from './selection.ts';

interface LogsOptions extends HubOptions {
  follow?: boolean;
  out?: boolean;
  err?: boolean;
  tail?: number;
}

/** A read that waits is answered as soon as there is more; a hub that says nothing for longer is gone. */
const WAIT_MS = 15_000;
const PATIENCE_MS = 25_000;
const EMPTY_PAUSE_MS = 50;
/** How often one that is followed and waits for its turn is asked for. */
const UNSTARTED_PAUSE_MS = 1000;
const SLICE_BYTES = 256 * 1024;

/** Adds the command. */
export function addLogs(program: Command, context: CommandContext): void {
  withHub(program.command('logs'))
    .argument('<task>', 'a task, like t42, or one attempt of it, like t42.1.2 (run, attempt)')
    .description("what a task wrote: its newest attempt's output, errors on stderr")
    .option('-f, --follow', 'go on as it writes, until it ends; one that waits is waited for')
    .option('--out', 'only its stdout')
    .option('--err', 'only its stderr')
    .addOption(
      new Option('--tail <size>', 'only the end, like 16K; a bare number is MiB').argParser(parseMemory),
    )
    .addHelpText(
      'after',
      examples('flowline logs t42', 'flowline logs -f t42', 'flowline logs t42.1.1 --err --tail 16K'),
    )
    .action((id: string, options: LogsOptions) => logs(context, id, options));
}

async function logs(context: CommandContext, id: string, options: LogsOptions): Promise<void> {
  const { client, terminal } = await openFleet(context, options, PATIENCE_MS);
  const place = placeOf(id, terminal);
  const wanted: LogStream[] = options.out === options.err ? ['out', 'err'] : options.out ? ['out'] : ['err'];
  if (options.follow) await untilStarted(context, client, terminal, place);
  const ended = await Promise.all(
    wanted.map((stream) => copy(context, client, terminal, place, stream, options)),
  );
  if (ended.every((bytes) => bytes === 0) && !options.follow)
    context.printError(terminal.words.tasks.wroteNothing);
}

/** Returns once there is an attempt, or none to come; says once that it waits. */
async function untilStarted(
  context: CommandContext,
  client: HubClient,
  { words }: Terminal,
  { task }: { task: string },
): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      await client.call('log', {
        parameters: { id: task },
        query: { stream: 'out', fromByte: 0, maxBytes: 1, waitMs: 0 },
      });
      return;
    } catch (failure) {
      if (!(failure instanceof HubFailure)) throw failure;
      // What else is wrong is told by the reading itself.
      if (failure.code !== 'not-started') return;
    }
    if (isFirst) context.printError(words.tasks.waitsToFollow(task));
    await setTimeout(UNSTARTED_PAUSE_MS);
  }
}

function placeOf(id: string, { words }: Terminal): { task: string; run?: number; attempt?: number } {
  if (AttemptId.safeParse(id).success) {
    const attempt = parseAttemptId(id);
    if (attempt) return attempt;
  }
  if (TaskId.safeParse(id).success) return { task: id };
  return { task: checkTaskId(id, words) };
}

/** Copies one stream from where the options say to its end; answers how many bytes. */
async function copy(
  context: CommandContext,
  client: HubClient,
  terminal: Terminal,
  place: { task: string; run?: number; attempt?: number },
  stream: LogStream,
  options: LogsOptions,
): Promise<number> {
  const decoder = new TextDecoder('utf-8');
  const write = writer(context, stream);
  let at: { fromByte: number } | { lastBytes: number } =
    options.tail === undefined ? { fromByte: 0 } : { lastBytes: Math.min(options.tail, SLICE_BYTES) };
  let { run, attempt } = place;
  let copied = 0;
  for (;;) {
    const answer = await client.call('log', {
      parameters: { id: place.task },
      query: {
        ...(run === undefined ? {} : { run }),
        ...(attempt === undefined ? {} : { attempt }),
        stream,
        ...at,
        maxBytes: SLICE_BYTES,
        waitMs: options.follow ? WAIT_MS : 0,
      },
    });
    // The attempt that was the newest at first: a retry meanwhile is another log.
    const named = parseAttemptId(answer.attempt);
    if (named) ({ run, attempt } = named);
    const { slice } = answer;
    const bytes = Buffer.from(slice.base64, 'base64');
    copied += bytes.length;
    if (
      slice.gap &&
      'fromByte' in at &&
      at.fromByte <= slice.gap.fromByte &&
      slice.toByte > slice.gap.fromByte
    )
      write(gapText(slice, terminal));
    write(decoder.decode(bytes, { stream: true }));
    at = { fromByte: slice.toByte };
    const isAtEnd = slice.toByte >= slice.sizeBytes || bytes.length === 0;
    if (isAtEnd && (slice.isComplete || !options.follow)) break;
    // The hub waits for more itself; one that does not must not be asked without a pause.
    if (bytes.length === 0) await setTimeout(EMPTY_PAUSE_MS);
  }
  write(decoder.decode());
  return copied;
}

const gapText = ({ gap }: LogSlice, { words }: Terminal): string =>
  gap === null ? '' : `\n${words.tasks.leftOut(size(gap.toByte - gap.fromByte))}\n`;

/** A terminal gets harmless text, anything else the text as it is. */
function writer(context: CommandContext, stream: LogStream): (text: string) => void {
  const isTerminal = stream === 'out' ? context.terminalColumns !== null : context.isErrorTerminal;
  const harmless = isTerminal ? harmlessLog(!context.environment.NO_COLOR) : (text: string): string => text;
  return (text) => {
    const shown = harmless(text);
    if (shown !== '') context.write(shown, stream);
  };
}
