/** The command line: every command in one list, and how failures become words and exit codes. */
import { CommanderError } from 'commander';
import { HubFailure } from '../client/hubClient.ts';
import { DataFolderError } from '../io/dataFolder.ts';
import { DamagedFile } from '../io/recordFile.ts';
import { visible } from '../lib/displayText.ts';
import { addContainers } from './containers.ts';
import { type CommandContext, CommandFailure, EXIT } from './context.ts';
import { addDoctor } from './doctor.ts';
import { addFind } from './find/find.ts';
import { examples, SpokenCommand } from './help.ts';
import { addNodes } from './nodes.ts';
import { addProcesses } from './processes.ts';
import { addQueue } from './queue/queue.ts';
import { addRoles } from './roles.ts';
import { addService } from './service/service.ts';
import { addSessions } from './sessions.ts';
import { addRun } from './shell/run.ts';
import { addStatus } from './status.ts';
import { addSubmit } from './submit/submit.ts';
import { addActs } from './tasks/act.ts';
import { addEdit } from './tasks/edit.ts';
import { addTasks } from './tasks/list.ts';
import { addLogs } from './tasks/logs.ts';
import { addShow, addWhy } from './tasks/show.ts';
import { addWrite } from './tasks/write.ts';
import { terminalOf } from './text/terminal.ts';
import { addToken } from './token.ts';

/** Commands that take another command after `--`; commander would mix it with their own arguments. */
const TAKES_COMMAND = ['submit', 'run', 'find'];

/** Runs one command line and answers its exit code. */
export async function runCommand(line: readonly string[], context: CommandContext): Promise<number> {
  const { argv, words: commandWords } = withoutCommand(line);
  const { words } = terminalOf(context);
  const program = new SpokenCommand(words, 'flowline')
    .description('See every NVIDIA GPU of a fleet: what it does now, and for whom.')
    .version(context.version)
    .configureOutput({
      writeOut: (text) => context.print(text.replace(/\n$/, '')),
      writeErr: (text) => context.printError(text.trimEnd()),
      outputError: (text, write) => write(words.usage(text).replace(/^error: /, 'flowline: ')),
    })
    .exitOverride()
    .addHelpText(
      'before',
      [
        words.tryFirst.title,
        `  flowline status      ${words.tryFirst.status}`,
        `  flowline up          ${words.tryFirst.up}`,
        `  flowline demo        ${words.tryFirst.demo}`,
        '',
      ].join('\n'),
    )
    .addHelpText(
      'after',
      examples(
        'flowline find --gpus 2 --memory 40G      which GPUs are free?',
        'flowline processes kill atlas:4711       end a process',
        'flowline <command> --help                options and examples of a command',
      ),
    )
    .showHelpAfterError(words.seeHelp);
  program.helpCommand('help [command]', 'show the help of a command');
  addRoles(program, context);
  addStatus(program, context);
  addNodes(program, context);
  addProcesses(program, context);
  addFind(program, context, commandWords);
  addQueue(program, context);
  addTasks(program, context);
  addShow(program, context);
  addWhy(program, context);
  addLogs(program, context);
  addActs(program, context);
  addEdit(program, context);
  addWrite(program, context);
  addContainers(program, context);
  addSessions(program, context);
  addService(program, context);
  addDoctor(program, context);
  addToken(program, context);
  addSubmit(program, context, commandWords);
  addRun(program, context, commandWords, (argv) => runCommand(argv, context));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.done;
  } catch (failure) {
    return explain(failure, context);
  }
}

/** The line, and what stands after its `--`; null where there is none, or it is no command. */
function withoutCommand(line: readonly string[]): {
  argv: readonly string[];
  words: readonly string[] | null;
} {
  const at = line.indexOf('--');
  if (at === -1 || !TAKES_COMMAND.includes(line[0] ?? '')) return { argv: line, words: null };
  return { argv: line.slice(0, at), words: line.slice(at + 1) };
}

function explain(failure: unknown, context: CommandContext): number {
  if (failure instanceof CommanderError) return failure.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (failure instanceof HubFailure) {
    const { words } = terminalOf(context);
    const told = words.hubFailure(failure.code);
    const itself = visible(failure.message);
    if (told && told.what !== null)
      say(context, told.isWhole ? told.what : `${told.what}${words.colon}${itself}`, told.hint);
    else if (told) say(context, itself, told.hint);
    else say(context, visible(failure.message), failure.hint === null ? null : visible(failure.hint));
    if (failure.code === 'hub-not-reached') return EXIT.hubNotReached;
    return failure.status === 401 || failure.status === 403 ? EXIT.notAllowed : EXIT.failed;
  }
  if (failure instanceof CommandFailure) {
    if (failure.message) say(context, failure.message, failure.hint);
    return failure.exitCode;
  }
  if (failure instanceof DataFolderError) {
    const { what, hint } = terminalOf(context).words.starting.dataFolder(failure);
    say(context, what, hint);
    return EXIT.failed;
  }
  if (failure instanceof DamagedFile) {
    const { what, hint } = terminalOf(context).words.starting.damagedFile(failure);
    say(context, what, hint);
    return EXIT.failed;
  }
  const hint =
    failure instanceof Error && 'hint' in failure && typeof failure.hint === 'string' ? failure.hint : null;
  say(context, failure instanceof Error ? failure.message : String(failure), hint);
  return EXIT.failed;
}

function say(context: CommandContext, message: string, hint: string | null): void {
  context.printError(`flowline: ${message}${hint ? `\n  ${hint}` : ''}`);
}
