/**
 * `flowline find … -- COMMAND`: for people who will not queue (scheduling.md, 12). Waits for GPUs of this machine, takes
 * them on the queue's ledger, and runs the command here, as whoever typed it, in this terminal; its exit code is ours.
 */
import { visible } from '../../lib/displayText.ts';
import { awaitHub } from '../awaitHub.ts';
import { type CommandContext, CommandFailure, EXIT } from '../context.ts';
import { connectHub, dataFolderOf, type HubOptions } from '../options.ts';
import { waitingWords } from '../tasks/taskText.ts';
import { ranges, size } from '../text/figures.ts';
import { terminalOf } from '../text/terminal.ts';
import { endPromise, keepPromise, type PromiseWish, type TakenPromise, takePromise } from './promise.ts';

/** Longer than the hub waits for room in one answer. */
const PATIENCE_MS = 30_000;
const KEEP_PATIENCE_MS = 5000;

/** @throws CommandFailure with the command's exit code, or why it was not run */
export async function runFound(
  context: CommandContext,
  options: HubOptions,
  wish: Omit<PromiseWish, 'machineId'>,
  argv: readonly string[],
): Promise<void> {
  const { words } = terminalOf(context);
  const { find: say } = words;
  const machineId = await context.machineId(dataFolderOf(context, options.data));
  if (machineId === null) throw new CommandFailure(EXIT.failed, say.noMachineId, say.noMachineIdHint);
  await awaitHub(context, options.hub);
  const client = await connectHub(context, options, PATIENCE_MS);
  const waiting = new AbortController();
  let endedBy: number | null = null;
  const forget = context.onEndSignal((exitCode) => {
    endedBy = exitCode;
    waiting.abort();
  });
  const answer = await takePromise(
    client,
    { ...wish, machineId },
    {
      waits: ({ waiting: reason, waitingReason }) =>
        context.printError(say.waits(visible(waitingWords(reason, waitingReason, words)))),
      away: (reason) => context.printError(say.away(visible(reason))),
      signal: waiting.signal,
    },
  ).finally(forget);
  if (answer === null) throw new CommandFailure(endedBy ?? EXIT.failed, '');
  const { promise } = answer;
  if (promise === null)
    throw new CommandFailure(
      EXIT.failed,
      visible(waitingWords(answer.waiting, answer.waitingReason, words)),
      say.impossibleHint,
    );
  context.printError(
    say.taken(
      ranges(promise.gpus.map(({ index }) => index)),
      promise.gpus.length,
      promise.promisedBytes === null ? null : size(promise.promisedBytes),
    ),
  );
  const keeper = await connectHub(context, options, KEEP_PATIENCE_MS);
  let stopKeeping = (): void => undefined;
  const { exitCode, failure } = await context
    .runHere(argv, { ...context.environment, ...environmentOf(promise) }, (pid) => {
      stopKeeping = keepPromise(keeper, promise, pid, () => context.printError(say.promiseOver));
    })
    .finally(() => {
      stopKeeping();
      return endPromise(keeper, promise);
    });
  if (failure !== null) throw new CommandFailure(exitCode, `${visible(argv[0] ?? '')}: ${failure}`);
  if (exitCode !== 0) throw new CommandFailure(exitCode, '');
}

/** The same variables as a task's (agent/supervisor/launch/payload.ts). */
const environmentOf = ({ gpus }: TakenPromise): Record<string, string> => ({
  CUDA_VISIBLE_DEVICES: gpus.map(({ uuid }) => uuid).join(','),
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  FLOWLINE_GPUS: gpus.map(({ index }) => index).join(','),
});
