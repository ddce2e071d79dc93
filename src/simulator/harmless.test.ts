import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const folder = import.meta.dirname;

/** The simulator's files and every file that they load, by path; and what they take of Node or of packages. */
function everythingLoaded(): { files: Map<string, string>; packages: Set<string> } {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const toRead = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(name))
    .map((name) => join(folder, name));
  for (const path of toRead) {
    if (files.has(path)) continue;
    const text = readFileSync(path, 'utf8');
    files.set(path, text);
    for (const [, named, bare] of text.matchAll(
      /^(?:import|export)\s(?!type\s)[^;=]*?from '([^']+)';|^import '([^']+)'/gm,
    )) {
      const specifier = named ?? bare ?? '';
      if (specifier.startsWith('.')) toRead.push(resolve(dirname(path), specifier));
      else packages.add(specifier);
    }
  }
  return { files, packages };
}

/** What could reach a real process: signals, children, and whatever loads one of them under another name. */
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

test('nothing that the simulator loads can signal a real process', () => {
  const { files } = everythingLoaded();
  expect(files.size).toBeGreaterThan(20);
  for (const [path, text] of files) {
    for (const danger of DANGEROUS) expect(text, `${path} holds ${danger}`).not.toMatch(danger);
  }
});

test('of Node the simulator takes nothing but a timer, of packages nothing but schemas', () => {
  expect([...everythingLoaded().packages].sort()).toEqual(['node:timers/promises', 'zod']);
});
