/** The lock file serves every machine: any processor, any registry, and the Node of a distribution that is too old for the build tools. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Entry {
  optional?: boolean;
  engines?: unknown;
  resolved?: string;
  integrity?: string;
  optionalDependencies?: Record<string, string>;
}
const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};
const packages = Object.entries(lock.packages);

describe('package-lock.json', () => {
  test('holds every optional package of every platform: `npm ci` refuses one that does not', () => {
    const missing = packages.flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${place}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('lets no optional package ask for a newer Node: npm would skip it (node scripts/run.mjs lock mends it)', () => {
    expect(packages.filter(([, entry]) => entry.optional && entry.engines).map(([place]) => place)).toEqual(
      [],
    );
  });

  test('names no registry, and what each package must be', () => {
    expect(packages.filter(([, entry]) => entry.resolved).map(([place]) => place)).toEqual([]);
    expect(
      packages.filter(([place, entry]) => place !== '' && !entry.integrity).map(([place]) => place),
    ).toEqual([]);
  });
});
