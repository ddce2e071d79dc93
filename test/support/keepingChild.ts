/**
 * A process that writes one figure into all rows of a table and is killed right before its n-th dealing with the file
 * system: `keepingChild.ts PATH FIGURE N`. It ends by itself where there are fewer.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [path = '', figure = '1', killAt = '0'] = process.argv.slice(2);
let dealings = 0;
const counted = (holder: object, names: readonly string[]): void => {
  const methods = holder as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const real = methods[name];
    if (!real) throw new Error(`there is no ${name}`);
    methods[name] = function (this: unknown, ...args: unknown[]) {
      dealings += 1;
      if (dealings === Number(killAt)) process.kill(process.pid, 'SIGKILL');
      return real.apply(this, args);
    };
  }
};
// `close` belongs to each handle by itself.
const own = await fs.promises.open(import.meta.filename, 'r');
counted(Object.getPrototypeOf(own), [
  'stat',
  'readFile',
  'read',
  'write',
  'writeFile',
  'chmod',
  'chown',
  'sync',
]);
await own.close();
counted(fs.promises, ['open', 'lstat', 'rename', 'rm', 'readdir', 'readFile', 'chown']);
syncBuiltinESMExports();

// Only now, so that they get what was put in their place.
const { keptTable } = await import('../../src/agent/tableSync/keptTable.ts');
const { sidecarOf } = await import('../../src/agent/tableSync/sidecar.ts');
const { readTable } = await import('../../src/tables/table.ts');
const { rows } = await readTable(fs.readFileSync(path), { file: path, format: 'csv', resultColumns: [] });
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
  // Time flies: nothing is waited for.
  monotonicMs: () => {
    nowMs += 600_000;
    return nowMs;
  },
});
dealings = 0;
let isWritten = false;
const results = rows.map(({ key, needRunNum }) => ({
  key,
  runNum: Number(figure),
  needRunNum,
  state: 'succeeded' as const,
  exitCode: 0,
  startedAtMs: null,
  endedAtMs: null,
  gpu: null,
  node: null,
}));
void kept.write({ table: 'b1', file, revision: 1, results }).then(() => {
  isWritten = true;
});
while (!isWritten) await kept.look();
