/** A process that writes one figure after another into all rows of a table until it is killed: `keepingChild.ts PATH FIRST`. */
import { readFile } from 'node:fs/promises';
import { keptTable } from '../../src/agent/tableSync/keptTable.ts';
import { sidecarOf } from '../../src/agent/tableSync/sidecar.ts';
import { readTable } from '../../src/tables/table.ts';

const [path = '', first = '0'] = process.argv.slice(2);
const { rows } = await readTable(await readFile(path), { file: path, format: 'csv', resultColumns: [] });
const file = {
  path,
  format: 'csv' as const,
  sheet: null,
  machineId: 'here',
  uid: process.getuid?.() ?? 0,
  writesColumns: [],
};
let nowMs = 0;
const kept = keptTable({
  table: 'b1',
  file,
  sidecar: sidecarOf(path, null),
  tell: async () => true,
  // Time flies: it is to be killed in the middle of a write, not of a pause.
  monotonicMs: () => {
    nowMs += 600_000;
    return nowMs;
  },
});
for (let runNum = Number(first) + 1; ; runNum += 1) {
  const results = rows.map(({ key, needRunNum }) => ({
    key,
    runNum,
    needRunNum,
    state: 'succeeded' as const,
    exitCode: 0,
    startedAtMs: null,
    endedAtMs: null,
    gpu: null,
    node: null,
  }));
  let isWritten = false;
  void kept.write({ table: 'b1', file, revision: runNum, results }).then(() => {
    isWritten = true;
  });
  while (!isWritten) await kept.look();
  if (runNum === Number(first) + 1) process.stdout.write('writing\n');
}
