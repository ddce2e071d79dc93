/** What a long table costs: read, its commands made, results put into it; in this process, from the sources. */
import { commandMaker } from '../src/tables/command/rowCommand.ts';
import { mergeEdits } from '../src/tables/merge.ts';
import { readTable, type TableFormat, writeResults } from '../src/tables/table.ts';

export interface TableCost {
  rows: number;
  csv: FormatCost;
  json: FormatCost;
}

export interface FormatCost {
  fileBytes: number;
  /** Each of the cheapest round. */
  readMs: number;
  commandsMs: number;
  /** One result, and all of them; reading is part of it, as it is in the keeper. */
  writeOneMs: number;
  writeAllMs: number;
  mergeMs: number;
}

const ROUNDS = 5;

/** Measures a table of so many rows and nine columns, as the older scheduler's are. */
export async function measureTables(rows: number): Promise<TableCost> {
  const records = Array.from({ length: rows }, (_, row) => ({
    data_name: 'rotate_mnist',
    model_name: row % 3 === 0 ? 'cnn' : '残差网络',
    method_name: 'GST',
    domain_num: row % 7,
    seed: row,
    run_num: 0,
    need_run_num: 1,
    name: `Task:${row}`,
    cmd: 'No command',
  }));
  const head = Object.keys(records[0] ?? {});
  const csv = [head.join(','), ...records.map((record) => Object.values(record).join(','))].join('\n');
  return {
    rows,
    csv: await measureFormat('csv', `${csv}\n`),
    json: await measureFormat('json', JSON.stringify(records, null, 4)),
  };
}

async function measureFormat(format: TableFormat, text: string): Promise<FormatCost> {
  const bytes = new TextEncoder().encode(text);
  const options = { file: `t.${format}`, format, resultColumns: [] };
  const { rows, columns } = await readTable(bytes, options);
  const results = rows.map(({ key }) => ({
    key,
    runNum: 1,
    needRunNum: 1,
    state: 'succeeded' as const,
    exitCode: 0,
    startedAtMs: null,
    endedAtMs: null,
    gpu: null,
    node: null,
  }));
  const known = new Map(rows.map(({ key }) => [key, { needRunNum: 1, isRemoved: false }]));
  const neededBefore = new Map<string, number>();
  const make = commandMaker({ kind: 'words', words: ['python', 'train.py'] }, columns);
  return {
    fileBytes: bytes.length,
    readMs: await cheapest(() => readTable(bytes, options)),
    commandsMs: await cheapest(() => rows.map(make)),
    writeOneMs: await cheapest(() =>
      writeResults(bytes, { ...options, results: results.slice(0, 1), neededBefore }),
    ),
    writeAllMs: await cheapest(() => writeResults(bytes, { ...options, results, neededBefore })),
    mergeMs: await cheapest(() => mergeEdits(known, rows)),
  };
}

/** Milliseconds of a processor: what else runs on the machine does not count. */
async function cheapest(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
