/**
 * The composition root: arguments and environment in, one role or command wired and run. The only reader of
 * process.argv and process.env; it holds no logic. Each role is imported when it is run, so that a process loads only
 * its own.
 */
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';
import type { CommandContext } from './cli/context.ts';
import { onEndSignal } from './io/runHere.ts';
import { serviceHost } from './io/serviceHost.ts';
import { missingNodeFlags } from './roles/nodeFlags.ts';
import type { Surroundings } from './roles/surroundings.ts';

declare const FLOWLINE_VERSION: string | undefined;

const version = typeof FLOWLINE_VERSION === 'string' ? FLOWLINE_VERSION : 'development';
const program = import.meta.filename;
/** One file with Node and the program in it (scripts/standaloneStart.mjs); this file lies where that laid it. */
const isStandalone = isSea();
const surroundings: Surroundings = {
  version,
  selfCommand: isStandalone
    ? [process.execPath, `--unpacked=${dirname(import.meta.dirname)}`]
    : [process.execPath, program],
  nodeFlags: (flags) => (isStandalone ? [`--node-options=${flags.join(' ')}`] : flags),
  environment: process.env,
  // Beside the bundle in dist/, or there from the sources.
  pageFolder: join(import.meta.dirname, typeof FLOWLINE_VERSION === 'string' ? 'page' : '../dist/page'),
  print,
  // The first process of a container writes into the engine's log.
  printsToLog: process.pid === 1 || (process.env.JOURNAL_STREAM !== undefined && !process.stdout.isTTY),
};

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const [role, ...rest] = process.argv.slice(2);
startAnewWithFlags();
if (role === 'driver-child') {
  const { runDriverChild } = await import('./agent/drivers/nvml/child.ts');
  runDriverChild({ nvmlLibrary: process.env.FLOWLINE_NVML || null });
} else if (role === 'mount-child') {
  const { runMountChild } = await import('./agent/collectors/host/mountChild.ts');
  runMountChild();
} else if (role === 'table-keeper') {
  const { runKeeperChild } = await import('./agent/tableSync/keeperChild.ts');
  await runKeeperChild(rest);
} else if (role === 'flow-runner') {
  const { runFlow } = await import('./agent/flow/flowRunner.ts');
  process.exitCode = await runFlow(rest);
} else {
  await runCommandLine(role === undefined ? [] : [role, ...rest]);
}

/**
 * Becomes a Node with the role's own options where this one has not got them: the same process, with its pid and files. What
 * was said to Node stands behind them and is stronger. Not where bin/flowline.mjs started it on another Node, which gave
 * them: its channel would be lost. The standalone file does so before it unpacks itself (scripts/standaloneStart.mjs).
 */
function startAnewWithFlags(): void {
  const flags = missingNodeFlags(role, process.execArgv);
  if (flags.length === 0 || process.channel || isStandalone) return;
  const [file, ...program] = surroundings.selfCommand;
  process.execve?.(file, [file, ...flags, ...process.execArgv, ...program, ...process.argv.slice(2)]);
}

/** A container may run as a number that no file gives a name to. */
function loginName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

async function runCommandLine(argv: string[]): Promise<void> {
  // `status | head` closes our stdout: that is an end, not a failure.
  process.stdout.on('error', () => process.exit(0));
  // Started by bin/flowline.mjs on another Node: its end, however it came, is ours.
  if (process.channel) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel.unref();
  }
  const { runCommand } = await import('./cli/program.ts');
  const context: CommandContext = {
    environment: process.env,
    version,
    selfCommand: isStandalone ? [process.execPath] : surroundings.selfCommand,
    // With the wrapper that started it on another Node; without one the parent is somebody's shell.
    ownPids: process.channel ? [process.pid, process.ppid] : [process.pid],
    userName: loginName(),
    writeTable: async (write) => (await import('./roles/tables.ts')).writeTableHere(write),
    machineId: async (dataFolder) =>
      (await import('./roles/machineId.ts')).knownMachineIdHere(dataFolder, surroundings),
    terminalColumns: process.stdout.isTTY ? process.stdout.columns : null,
    print,
    printError: (text) => process.stderr.write(`${text}\n`),
    write: (text, stream) => (stream === 'out' ? process.stdout : process.stderr).write(text),
    isErrorTerminal: process.stderr.isTTY === true,
    ask: async (question) => (await import('./io/askTerminal.ts')).askTerminal(question),
    roles: {
      up: async (options) => (await import('./roles/up.ts')).runUp(options, surroundings),
      hub: async (options) => (await import('./roles/hub.ts')).runHubRole(options, surroundings),
      agent: async (options) => (await import('./roles/agent.ts')).runAgent(options, surroundings),
      demo: async (options) => (await import('./roles/demo.ts')).runDemo(options, surroundings),
    },
    startUp: async (options) => (await import('./roles/up.ts')).startUp(options, surroundings),
    runHere: async (...args) => (await import('./io/runHere.ts')).runHere(...args),
    onEndSignal,
    openLines: async (options) => (await import('./io/lineEditor.ts')).openLineEditor(options),
    readThisMachine: async () => (await import('./roles/readOnce.ts')).readThisMachine(surroundings),
    serviceHost: serviceHost(process.env),
    joinedHub: async (dataFolder) => (await import('./roles/credentials.ts')).joinedHub(dataFolder),
    examineThisMachine: async (options) =>
      (await import('./roles/examine.ts')).examineMachine({ surroundings, ...options }),
  };
  process.exitCode = await runCommand(argv, context);
}
