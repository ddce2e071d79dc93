/** What the shell's verbs work on: one hub, one table, one terminal; and the few questions that several of them ask. */
import type { HubClient } from '../../client/hubClient.ts';
import { visible } from '../../lib/displayText.ts';
import type { GpuLedger } from '../../protocol/taskApi.ts';
import { CommandFailure, EXIT } from '../context.ts';
import type { Terminal } from '../text/terminal.ts';

export interface ShellSession {
  client: HubClient;
  tableId: string;
  terminal: Terminal;
  /** Name of this machine: a GPU that is said by its bare index is one of this machine's. */
  hostname: string;
  say(text: string): void;
  /** Runs another command of the program on the same hub. */
  delegate(argv: readonly string[]): Promise<void>;
}

/**
 * The GPU that `1` or `atlas:1` names: of this machine, or of the only one that has such an index.
 * @throws CommandFailure that lists those there are
 */
export function gpuNamed(
  gpus: readonly GpuLedger[],
  text: string,
  { terminal, hostname }: ShellSession,
): GpuLedger {
  const { words } = terminal;
  const match = /^(?:(.+):)?(\d+)$/.exec(text);
  const [, node, index] = match ?? [];
  const fitting = gpus.filter(
    (gpu) => gpu.index === Number(index) && (node === undefined || gpu.node === node || gpu.nodeId === node),
  );
  const here = fitting.filter((gpu) => gpu.node === hostname);
  const found = fitting.length === 1 ? fitting[0] : here.length === 1 ? here[0] : undefined;
  if (match && found) return found;
  throw new CommandFailure(
    EXIT.usage,
    words.shell.noGpu(visible(text)),
    words.shell.gpusAre(gpus.map((gpu) => visible(`${gpu.node}:${gpu.index}`)).join(' ')),
  );
}

/** `t3`, or `3` as people of the older shell say it. @throws CommandFailure */
export function taskNamed(text: string, { terminal }: ShellSession): string {
  if (/^t?[1-9]\d*$/.test(text)) return text.startsWith('t') ? text : `t${text}`;
  throw new CommandFailure(
    EXIT.usage,
    terminal.words.tasks.noTaskId(visible(text)),
    terminal.words.tasks.noTaskIdHint,
  );
}
