/**
 * A task that a client of the older FlowLine creates: its command line is read as `flowline submit --command` reads one, so
 * that it is an argv unless it needs a shell (trust.md, 12), and queued for whoever asked.
 */
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';
import { DEFAULT_OPTIONS } from '../../model/queue.ts';
import type { SubmittedRow, SubmittedTable } from '../../protocol/tableApi.ts';
import { commandMaker } from '../../tables/command/rowCommand.ts';
import type { Writer } from '../dialect.ts';
import type { WantedTask } from './tasks.ts';

/** What a task takes along that nobody typed: the folder and environment that the hub was started in, as the older one's. */
export interface TaskOrigin {
  /** Login name of the user that runs the hub. */
  user: string;
  workingDirectory: string;
  environment: Record<string, string>;
}

/** Somebody else's task is given nothing of the environment of whoever runs the hub. */
const BARE = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** @throws CommandProblem where the line cannot be read */
export function submitBody(
  { name, cmd, need_run_num }: WantedTask,
  { account, isLocal }: Writer,
  origin: TaskOrigin,
): { table: SubmittedTable; rows: SubmittedRow[]; isComplete: true } {
  const called = (name ?? '').trim() || cmd.trim().slice(0, MAX_NAME_CHARACTERS);
  const needRunNum = need_run_num ?? 1;
  const row = { row: 1, name: called, command: null, runNum: 0, needRunNum, parameters: [] };
  const command = commandMaker({ kind: 'template', template: cmd }, [])(row);
  const isOwn = isLocal || account.name === origin.user;
  return {
    table: {
      name: called,
      owner: isLocal ? origin.user : account.name,
      file: null,
      command: cmd.slice(0, 4096),
      options: DEFAULT_OPTIONS,
      maxRunning: null,
      hold: false,
      workingDirectory: isOwn ? origin.workingDirectory : '/',
      environment: isOwn ? origin.environment : BARE,
      machineId: null,
      gpuOrder: null,
      gitCommit: null,
      gitDirty: null,
    },
    rows: [{ key: 'command', row: 1, name: called, runNum: 0, needRunNum, parameters: [], command }],
    isComplete: true,
  };
}
