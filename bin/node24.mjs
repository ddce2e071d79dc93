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

/**
 * Node's options for a role, as src/roles/nodeFlags.ts has them and says why. On Node 24 the program gives them to itself;
 * where this starts it on another, it cannot start anew without losing the channel to this process.
 */
export function nodeFlagsOf(role) {
  if (role === 'agent') return ['--single-threaded', '--max-semi-space-size=1'];
  return ['hub', 'up', 'demo'].includes(role) ? ['--max-semi-space-size=8'] : [];
}

/** The oldest C library that Node's own builds of 24 run with. */
const GLIBC_MINOR = 28;

/**
 * Why the Node that comes with FlowLine cannot run on this system, for whom it just failed; null where it can.
 * @param glibcVersion like `2.17`; null where the C library is another.
 */
export function whyNode24Fails(glibcVersion = glibcHere()) {
  const [major = 0, minor = 0] = (glibcVersion ?? '').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= GLIBC_MINOR)) return null;
  const what = glibcVersion === null ? 'the C library here is not glibc' : `glibc ${glibcVersion} is too old`;
  return `flowline: ${what}: the Node that comes with FlowLine needs glibc 2.${GLIBC_MINOR} or newer.\nUse a newer system (Debian 10, Ubuntu 20.04, RHEL 8 or later), or a Node 24 that is built for this one.`;
}

function glibcHere() {
  // Without looking up names of network addresses, which takes seconds.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ?? null;
}
