// Finds the Node that FlowLine runs on: this one where it is 24 or newer, else the Node 24 that comes with the package
// (an optional dependency). Plain JavaScript that Node 18 can read; shared by bin/flowline.mjs and scripts/run.mjs.
import { createRequire } from 'node:module';

const NEEDED = 24;

/** True where this very process is new enough. */
export const isNewEnough = Number(process.versions.node.split('.')[0]) >= NEEDED;

/** Path of a Node that is new enough. Ends the process with words where there is none. */
export function findNode24() {
  if (isNewEnough) return process.execPath;
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`node-linux-${process.arch}/bin/node`);
  } catch {
    console.error(
      `flowline: needs Node ${NEEDED} or newer, this is ${process.version}, and the Node that comes with FlowLine is not there for ${process.platform} ${process.arch}.\n` +
        'Run `npm ci` again without --omit=optional, or install Node 24.',
    );
    process.exit(1);
  }
}
