/** With what Node is to run the roles that live long: its usual choices suit servers, which trade memory for speed. */

/**
 * A hub with 100,000 queued rows keeps 175 MiB with this, 250 to 290 without: V8's room for what is young grows otherwise.
 * bin/node24.mjs, which an older Node reads, has both lists again; a test compares them.
 */
const HUB = ['--max-semi-space-size=8'];

/**
 * An agent does little, for months, on a machine that is others': threads that compile and collect beside it cost more
 * than they save. Measured: 38 instead of 54 MiB of its own, and some tenths of a millisecond less each second.
 */
const AGENT = ['--single-threaded', '--max-semi-space-size=1'];

const flagsByRole: Readonly<Record<string, readonly string[]>> = {
  agent: AGENT,
  hub: HUB,
  up: HUB,
  demo: HUB,
};

/** Node's options for a role, none for a command. */
export function nodeFlagsOf(role: string | undefined): readonly string[] {
  return (role !== undefined && Object.hasOwn(flagsByRole, role) && flagsByRole[role]) || [];
}

/** Those of them that Node was not started with (`process.execArgv`): it takes them at its start only. */
export function missingNodeFlags(role: string | undefined, given: readonly string[]): readonly string[] {
  return nodeFlagsOf(role).filter((flag) => !given.includes(flag));
}
