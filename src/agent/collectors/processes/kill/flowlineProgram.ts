/**
 * Whether a process is a FlowLine that somebody started: another user's, or a hub beside this agent. Pure.
 *
 * Known by its program and its script, for which the kernel and the arguments are asked. Arguments can be chosen: who
 * dresses up as FlowLine gains that his own process must be ended on its machine, by himself or root, and nothing else. So
 * what such a process started is not protected: no work hides below it.
 */

const PROGRAM = /\/(node|flowline)[^/]*$/;
/** The bundle, what starts it, npm's link to that, and the sources. */
const SCRIPT = /(^|\/)(dist\/flowline\.js|bin\/flowline(\.mjs)?|flowline\/src\/main\.ts)$/;
/** What stays and works; a command like `flowline status` may be ended like any program. */
const ROLES: ReadonlySet<string> = new Set(['up', 'hub', 'agent', 'driver-child', 'mount-child']);

/** `node --flag /opt/flowline/dist/flowline.js hub …`, or the standalone executable `flowline hub …`. */
export function isFlowline({
  executable,
  argv,
}: {
  executable: string | null;
  argv: readonly string[];
}): boolean {
  // Not known for another user's process where the agent is not root; it cannot signal those either.
  const path = executable?.replace(/ \(deleted\)$/, '') ?? argv[0] ?? '';
  if (!PROGRAM.test(`/${path}`)) return false;
  const isStandalone = /\/flowline[^/]*$/.test(`/${path}`);
  // Node's own options stand before it, and in the executable's where it lies (`--node-options=`, `--unpacked=`).
  const first = argv.findIndex((word, place) => place > 0 && !word.startsWith('-'));
  const role = isStandalone ? argv[first] : SCRIPT.test(argv[first] ?? '') ? argv[first + 1] : undefined;
  return role !== undefined && ROLES.has(role);
}
