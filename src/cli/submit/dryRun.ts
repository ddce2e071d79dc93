/** `submit --dry-run`: what would become of each row now, and what it runs; nothing is queued. */
import { basename } from 'node:path';
import type { HubClient } from '../../client/hubClient.ts';
import { visible } from '../../lib/displayText.ts';
import { commandText } from '../../model/command.ts';
import type { SubmittedRow } from '../../protocol/tableApi.ts';
import type { CommandContext } from '../context.ts';
import { waitingWords } from '../tasks/taskText.ts';
import { jsonText } from '../text/json.ts';
import { table as textTable } from '../text/table.ts';
import type { Terminal } from '../text/terminal.ts';
import type { Words } from '../words/words.ts';
import { type PreparedSubmit, rowsDone } from './prepare.ts';
import { type Plan, planTable } from './send.ts';

const ROWS_SHOWN = 20;

/** Asks the hub and prints it. */
export async function dryRun(
  context: CommandContext,
  terminal: Terminal,
  client: HubClient,
  prepared: PreparedSubmit,
  { json }: { json?: boolean },
): Promise<void> {
  const plan = await planTable(client, prepared);
  const planned = new Map(plan.plan.map((entry) => [entry.key, entry]));
  const of = ({ key, runNum, needRunNum }: SubmittedRow): Plan['others'] =>
    planned.get(key) ?? (runNum < needRunNum ? plan.others : DONE);
  if (json) {
    const rows = prepared.rows.map((row) => {
      const entry = of(row);
      return {
        row: row.row,
        name: row.name,
        runs: runsOf(row),
        command: row.command,
        node: entry?.node ?? null,
        gpus: entry?.gpus ?? [],
        reason: entry?.reason ?? null,
        isPlanned: entry !== null,
      };
    });
    context.print(jsonText({ rows }));
    return;
  }
  const { submit: say, heading } = terminal.words;
  const shown = prepared.rows.slice(0, ROWS_SHOWN).map((row) => {
    const entry = of(row);
    const where =
      entry?.node == null
        ? whyText(row, entry, terminal.words) || '–'
        : `${entry.node}${entry.gpus.length > 0 ? ` GPU ${entry.gpus.join(',')}` : ''}`;
    return [String(row.row), row.name, where, commandText(row.command)];
  });
  context.print(
    textTable(
      [
        { title: say.row, align: 'right' },
        { title: heading.name, cutTo: 12 },
        { title: say.where, cutTo: 20 },
        { title: heading.command, cutTo: 20 },
      ],
      shown,
      terminal,
    ),
  );
  const left = prepared.rows.length - shown.length;
  if (left > 0) context.print(say.moreRows(left));
  const done = rowsDone(prepared);
  const file = prepared.file?.path;
  if (file !== undefined && done === prepared.rows.length && done > 0) {
    const name = visible(basename(file));
    context.print(`${say.allDone(done, name)}\n${say.allDoneHint(name)}`);
  } else if (prepared.rows.length > 1) context.print(summary(prepared.rows, of, terminal));
  context.print(say.nothingQueued);
}

const DONE = { node: null, gpus: [], reason: null, waiting: null };

const runsOf = ({ runNum, needRunNum }: SubmittedRow): number => Math.max(0, needRunNum - runNum);

/** Why a row would wait, in the terminal's language; of one of which nothing is to run, that it is done. */
const whyText = (row: SubmittedRow, entry: Plan['others'], words: Words): string =>
  runsOf(row) === 0
    ? words.taskState.passedOver(row.runNum, row.needRunNum)
    : waitingWords(entry?.waiting ?? null, entry?.reason ?? null, words);

/** `2 of 100000 rows would start now; the others wait: GPU 0: …`, of all rows, also those that were not sent. */
function summary(
  rows: readonly SubmittedRow[],
  of: (row: SubmittedRow) => Plan['others'],
  { words }: Terminal,
): string {
  const { submit: say } = words;
  const toRun = rows.filter((row) => runsOf(row) > 0).map(of);
  const start = toRun.filter((entry) => entry !== null && entry.node !== null).length;
  const unknown = toRun.filter((entry) => entry === null).length;
  const waits = toRun.find((entry) => entry !== null && entry.node === null);
  return [
    say.wouldStart(
      start,
      toRun.length,
      waits ? waitingWords(waits.waiting, waits.reason, words) || null : null,
    ),
    ...(unknown > 0 ? [say.notPlanned(unknown)] : []),
  ].join('\n');
}
