/** `flowline up`: hub, this machine's agent and the page in one process. The agent speaks to the hub over the same link as another machine's would. */
import { hostname } from 'node:os';
import { startAgent } from '../agent/agent.ts';
import { startSupervisor } from '../agent/supervisor/startSupervisor.ts';
import type { RoleOptions } from '../cli/context.ts';
import { systemClock } from '../io/clock.ts';
import { type Log, openLog } from '../io/log.ts';
import { type Stops, stops } from '../lib/stops.ts';
import { serveNodes } from './dialects.ts';
import { examineMachine } from './examine.ts';
import { machineIdHere } from './machineId.ts';
import { type RunningHub, runHub } from './runHub.ts';
import { startingWords } from './startingWords.ts';
import type { Surroundings } from './surroundings.ts';
import { tablesOf } from './tables.ts';
import { thisMachine } from './thisMachine.ts';
import { untilSignal } from './untilSignal.ts';
import { hubOptionFor, welcome } from './welcome.ts';

/** Runs until a signal. */
export async function runUp(options: RoleOptions, surroundings: Surroundings): Promise<void> {
  const log = openLog(options.logLevel);
  await untilSignal(log, async (stopping) => {
    const running = await assemble(options, surroundings, log, stopping);
    const option = hubOptionFor(running);
    const words = startingWords(surroundings);
    const { printsToLog } = surroundings;
    surroundings.print(
      [
        welcome(running, options.listen, { printsToLog, words, what: words.thisMachine }),
        ...(option === '' ? [] : [`  ${words.forCommands(option.trim())}`]),
      ].join('\n'),
    );
  });
}

/** Runs until stopped: for a command that found no hub. @throws as `runHub` does, with nothing left running */
export async function startUp(
  options: RoleOptions,
  surroundings: Surroundings,
): Promise<{ stop(): Promise<void> }> {
  const stopping = stops();
  try {
    await assemble(options, surroundings, openLog(options.logLevel), stopping);
  } catch (failure) {
    await stopping.stop();
    throw failure;
  }
  return { stop: () => stopping.stop() };
}

/** Starts hub, supervisor and agent in this order, and adds their stops. */
async function assemble(
  options: RoleOptions,
  surroundings: Surroundings,
  log: Log,
  stopping: Stops,
): Promise<RunningHub> {
  const running = await runHub(options, surroundings, log);
  stopping.add(running.stop);
  const { hub } = running;
  const machineId = await machineIdHere(options.dataFolder, surroundings);
  const admit = () => hub.admitMachine({ hostname: hostname(), machineId });
  let credential = await admit();
  const machine = thisMachine(surroundings);
  const supervisor = await startSupervisor({
    dataFolder: options.dataFolder,
    readGpus: machine.driver.read,
    environment: surroundings.environment,
    clock: systemClock,
    log,
  });
  stopping.add(() => supervisor.close());
  const agent = startAgent({
    machine,
    supervisor,
    startTables: tablesOf(surroundings, options.dataFolder, log),
    hub: {
      hubUrl: hub.url,
      nodeToken: async () => credential.nodeToken,
      rejoin: async () => {
        credential = await admit();
        return true;
      },
    },
    agentVersion: surroundings.version,
    intervalMs: options.intervalMs,
    examine: (agent, language) =>
      examineMachine({
        surroundings,
        dataFolder: options.dataFolder,
        hubUrl: hub.url,
        isHubNamed: true,
        agent,
        language,
      }),
    clock: systemClock,
    log,
  });
  stopping.add(() => agent.stop());
  const nodeLines = await serveNodes(
    agent,
    {
      options: options.dialects,
      hostNames: options.hostNames,
      clock: systemClock,
      log,
      words: startingWords(surroundings),
    },
    stopping,
  );
  return { ...running, dialectLines: [...running.dialectLines, ...nodeLines] };
}
