import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const sources = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => [name, readFileSync(`${import.meta.dirname}/${name}`, 'utf8')] as const);

/** What can reach a real process: signals, children, workers, and whatever could load one of them under another name. */
const DANGEROUS = [
  /child_process/,
  /worker_threads|node:cluster/,
  /node:process/,
  /\bprocess\s*\.\s*(kill|binding|dlopen|abort|exit|getBuiltinModule)\b/,
  /\bglobalThis\b/,
  /createRequire|node:module|\brequire\s*\(/,
  /koffi|node:ffi|node:vm/,
  /\bimport\s*\(/,
  /\beval\s*\(|new Function/,
];

test('no file of the simulator can signal a real process', () => {
  expect(sources.length).toBeGreaterThan(10);
  for (const [name, text] of sources) {
    for (const danger of DANGEROUS) expect(text, `${name} holds ${danger}`).not.toMatch(danger);
  }
});

test('of node the simulator takes nothing but a timer', () => {
  const taken = new Set(sources.flatMap(([, text]) => text.match(/from 'node:[^']+'/g) ?? []));
  expect([...taken]).toEqual(["from 'node:timers/promises'"]);
});
