/** docs/figures.md tells where each figure comes from: it and the schemas have the same fields, and its tests exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { fastFigures, slowFigures, staticFigures } from '../src/agent/drivers/nvml/messages.ts';
import { symbols } from '../src/agent/drivers/nvml/symbols.ts';
import { Container } from '../src/model/container.ts';
import { Gpu } from '../src/model/gpu.ts';
import { Disk, Host, Network } from '../src/model/host.ts';
import { Driver, NodeSample, NodeStatus } from '../src/model/node.ts';
import { GpuProcess } from '../src/model/process.ts';
import { Session } from '../src/model/session.ts';

/** In a row together with others of their kind, or none of a figure's. */
const toldTogether = new Set(['nvmlShutdown', 'nvmlEventSetFree', 'nvmlDeviceGetGraphicsRunningProcesses']);
toldTogether.add('nvmlDeviceGetMPSComputeRunningProcesses');

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/figures.md'), 'utf8');

/** A table each; where one schema holds another of these, the other's table tells the rest. */
const tables = { NodeStatus, NodeSample, Driver, Gpu, GpuProcess, Container, Session, Host, Disk, Network };

/** Cells of the rows under a heading: `| `field` | source | unit | read | null when | `test` |`. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split('|').map((cell) => cell.trim()));
}

/** Names of a schema's fields, those of nested objects after a dot: `pcie.width`. */
function fieldsOf(schema: z.ZodObject, prefix = ''): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = innermost(field);
    const isTold = Object.values<unknown>(tables).includes(inner);
    return inner instanceof z.ZodObject && !isTold ? fieldsOf(inner, `${prefix}${name}.`) : [prefix + name];
  });
}

/** What an array holds, what may be null or missing, or is then taken for something. */
function innermost(field: unknown): unknown {
  if (field instanceof z.ZodNullable || field instanceof z.ZodOptional || field instanceof z.ZodDefault)
    return innermost(field.unwrap());
  return field instanceof z.ZodArray ? innermost(field.element) : field;
}

describe('docs/figures.md', () => {
  test.each(Object.entries(tables))('has a row for every field of %s, and no other', (heading, schema) => {
    const named = rowsUnder(heading).map((cells) => cells[1]?.replaceAll('`', ''));
    expect(named).toEqual([...new Set(named)]);
    expect(named.toSorted()).toEqual(fieldsOf(schema).toSorted());
  });

  test.each(Object.keys(tables))(
    'says of every field of %s where it comes from, how often, when null',
    (heading) => {
      for (const [, field, source, , read, nullWhen] of rowsUnder(heading)) {
        expect([field, source, read, nullWhen].filter((cell) => cell === '' || cell === undefined)).toEqual(
          [],
        );
      }
    },
  );

  test('names tests that exist', () => {
    const named = Object.keys(tables).flatMap((heading) => rowsUnder(heading).map((cells) => cells[6] ?? ''));
    const missing = [...new Set(named)].filter((cell) => !existsSync(join(root, cell.replaceAll('`', ''))));
    expect(missing).toEqual([]);
  });

  test('names NVML calls that are made, and every call that gives a figure', () => {
    const named = new Set(page.match(/(?<=`)nvml[A-Z]\w+(?=`)/g));
    const made = Object.values(symbols).map(([, ...calls]) => calls as string[]);
    const known = new Set([...made.flat(), 'nvmlErrorString']);
    expect([...named].filter((call) => !known.has(call))).toEqual([]);
    const silent = made.filter((calls) => !calls.some((call) => named.has(call))).map(([newest]) => newest);
    expect(silent.filter((call) => !toldTogether.has(call ?? ''))).toEqual([]);
  });

  test('reads every figure of a GPU as often as it says', () => {
    const said = new Map(rowsUnder('Gpu').map(([, field = '', , , read = '']) => [field.slice(1, -1), read]));
    const often = (fields: readonly string[]) =>
      [...said].filter(([field]) => fields.includes(field.split('.')[0] ?? '')).map(([, read]) => read);
    expect(new Set(often(staticFigures))).toEqual(new Set(['once']));
    expect(new Set(often(slowFigures.filter((field) => field !== 'pcie')))).toEqual(new Set(['5 s']));
    expect(new Set(often(fastFigures.filter((field) => field !== 'index')))).toEqual(new Set(['1 s']));
    expect(new Set(often(['pcie']))).toEqual(new Set(['5 s', 'once', 'one GPU a second, in turn']));
  });
});
