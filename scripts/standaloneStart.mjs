// The start of a standalone executable (scripts/standalone.ts puts it there): Node, this file and the whole program in
// one file. It lays the program out in a folder of the user's own and starts it from there, in this very process.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRawAsset } from 'node:sea';
import { defaultDataFolder } from '../src/io/dataFolder.ts';
import { unpack } from '../src/io/unpack.ts';
import { missingNodeFlags } from '../src/roles/nodeFlags.ts';

const uid = process.getuid();
const [, , first = ''] = process.argv;
const given = first.startsWith('--unpacked=') ? first.slice('--unpacked='.length) : null;
if (given !== null) process.argv.splice(2, 1);

// Before anything is unpacked: whoever becomes another program does not come to its own end, where that is removed.
const flags = missingNodeFlags(first, process.execArgv);
if (flags.length > 0)
  process.execve(process.execPath, [
    process.execPath,
    `--node-options=${flags.join(' ')}`,
    ...process.argv.slice(2),
  ]);

const { folder, isTemporary } = unpackOrEnd({
  given,
  // The data folder of root may be given to the hub's own account: what root executes is kept apart.
  kept: [
    join(
      uid === 0 ? join(process.env.XDG_CACHE_HOME || '/var/cache', 'flowline') : dataFolder(),
      'standalone',
    ),
  ],
  // Both may be another user's, after `su` or `sudo -E`: only a safe one is taken.
  temporary: [...(process.env.XDG_RUNTIME_DIR ? [process.env.XDG_RUNTIME_DIR] : []), tmpdir(), '/tmp'],
});
if (isTemporary) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
createRequire(join(folder, 'start.cjs'))('./start.cjs');

function unpackOrEnd(places) {
  try {
    return unpack(Buffer.from(getRawAsset('program')), uid, places);
  } catch (failure) {
    console.error(`flowline: ${failure instanceof Error ? failure.message : failure}`);
    console.error(
      '  name a folder of your own that nobody else may write: --data DIR, for root XDG_CACHE_HOME',
    );
    process.exit(1);
  }
}

/** As `--data` says before any `--`, else the usual one. */
function dataFolder() {
  const end = process.argv.indexOf('--');
  const words = process.argv.slice(2, end === -1 ? undefined : end);
  const at = words.indexOf('--data');
  const named =
    at === -1 ? words.find((word) => word.startsWith('--data='))?.slice('--data='.length) : words[at + 1];
  return named || defaultDataFolder(process.env, uid);
}
