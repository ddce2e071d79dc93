/**
 * Makes package-lock.json good for every machine that FlowLine is installed on; run it after `npm install` changed it.
 * npm skips an optional package whose `engines` the installing Node does not meet, and the native parts of the build
 * tools are such: on Node 18 the page could not be built, although the build itself runs on the Node 24 that comes
 * along. So optional packages name no engines in the lock file. test/lockfile.test.ts holds it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8')) as {
  packages: Record<string, { optional?: boolean; engines?: unknown }>;
};
for (const entry of Object.values(lock.packages)) if (entry.optional) delete entry.engines;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
