/** `flowline agent`: reports this machine to a hub over one outgoing connection. */
import { join } from 'node:path';
import { type Agent, startAgent } from '../agent/agent.ts';
import { readGoingDownFacts } from '../agent/goingDown/facts.ts';
import { goodbyeReason, howMachineGoesDown } from '../agent/goingDown/goingDown.ts';
import { startSupervisor } from '../agent/supervisor/startSupervisor.ts';
import type { AgentRoleOptions } from '../cli/context.ts';
import { languageOf } from '../cli/text/terminal.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import type { Language } from '../fleet/words.ts';
import { systemClock } from '../io/clock.ts';
import { openDataFolder } from '../io/dataFolder.ts';
import { type Log, openLog } from '../io/log.ts';
import type { Stops } from '../lib/stops.ts';
import { type Credential, joinHub, saveCredential } from './credentials.ts';
import { examineMachine } from './examine.ts';
import { findCredential } from './findCredential.ts';
import { OtherHub, provenKey } from './hubPin.ts';
import { machineIdHere } from './machineId.ts';
import { startingWords } from './startingWords.ts';
import type { Surroundings } from './surroundings.ts';
import { tablesOf } from './tables.ts';
import { thisMachine } from './thisMachine.ts';
import { untilSignal } from './untilSignal.ts';

/**
 * Joins if need be, then runs until a signal.
 * @throws CommandFailure where no hub or no token is known; HubFailure where joining is refused.
 */
export async function runAgent(said: AgentRoleOptions, surroundings: Surroundings): Promise<void> {
  const options = await withConfiguration(said, languageOf(surroundings.environment));
  const log = openLog(options.logLevel);
  if (options.joinsOnly) return joinAhead(options, surroundings);
  await untilSignal(log, async (stopping) => {
    // A folder of its own inside DATA: a hub and an agent of one machine may share DATA.
    const folder = await openDataFolder(join(options.dataFolder, 'agent'), 'agent');
    stopping.add(() => folder.release());
    const ownMachineId = await machineIdHere(options.dataFolder, surroundings);
    let credential = await findCredential(folder.path, ownMachineId, options, startingWords(surroundings));
    const ending = new AbortController();
    const machine = thisMachine(surroundings);
    const supervisor = await startSupervisor({
      dataFolder: folder.path,
      readGpus: machine.driver.read,
      environment: surroundings.environment,
      clock: systemClock,
      log,
    });
    stopping.add(() => supervisor.close());
    const agent = startAgent({
      machine,
      supervisor,
      startTables: tablesOf(surroundings, folder.path, log),
      hub: {
        hubUrl: credential.hubUrl,
        machineId: ownMachineId,
        async nodeToken() {
          credential = await knownAgain(folder.path, credential, ending.signal);
          return credential.nodeToken;
        },
        async rejoin() {
          if (options.joinToken === null) return false;
          credential = await joinHub(folder.path, {
            hubUrl: credential.hubUrl,
            joinToken: options.joinToken,
            machineId: ownMachineId,
          });
          return true;
        },
      },
      agentVersion: surroundings.version,
      intervalMs: options.intervalMs,
      examine: (agent, language) =>
        examineMachine({
          surroundings,
          dataFolder: options.dataFolder,
          hubUrl: credential.hubUrl,
          isHubNamed: true,
          agent,
          language,
        }),
      clock: systemClock,
      log,
    });
    stopping.add(async () => {
      ending.abort();
      const facts = await readGoingDownFacts({ path: surroundings.environment.PATH });
      await agent.stop(goodbyeReason(howMachineGoesDown(facts, systemClock.nowMs())));
    });
    const words = startingWords(surroundings);
    const dialectLines = await answerOlderMasters(agent, options, words, log, stopping);
    surroundings.print([words.reports(credential.hubUrl), ...dialectLines].join('\n'));
  });
}

/**
 * The credential, once the hub has proved that it is the one that gave it; from now on by its key where none was known.
 * @throws OtherHub, or where nobody answers
 */
async function knownAgain(folder: string, credential: Credential, ending: AbortSignal): Promise<Credential> {
  const hubKey = await provenKey(credential.hubUrl, credential.hubKey, ending).catch((failure: unknown) => {
    // A hub of a version that gave no key knows no proof either.
    if (credential.hubKey !== null || failure instanceof OtherHub) throw failure;
    return null;
  });
  if (hubKey === credential.hubKey) return credential;
  const known = { ...credential, hubKey };
  await saveCredential(folder, known);
  return known;
}

/** What an older slave's file adds; how it is read is loaded only where there is one. */
async function withConfiguration(said: AgentRoleOptions, language: Language): Promise<AgentRoleOptions> {
  if (said.configFile === null) return said;
  return (await import('./slaveFile.ts')).withSlaveFile(said, language);
}

/** Loads a web server only where one was asked for: it is a third of the program. */
async function answerOlderMasters(
  agent: Agent,
  { dialects, hostNames }: AgentRoleOptions,
  words: StartingWords,
  log: Log,
  stopping: Stops,
): Promise<string[]> {
  if (dialects.nodes.length === 0) return [];
  const { serveNodes } = await import('./dialects.ts');
  return serveNodes(agent, { options: dialects, hostNames, clock: systemClock, log, words }, stopping);
}

/** Joins if need be, and leaves the folder to the agent that is started next. */
async function joinAhead(options: AgentRoleOptions, surroundings: Surroundings): Promise<void> {
  const folder = await openDataFolder(join(options.dataFolder, 'agent'), 'agent join');
  try {
    const ownMachineId = await machineIdHere(options.dataFolder, surroundings);
    const { hubUrl } = await findCredential(folder.path, ownMachineId, options, startingWords(surroundings));
    surroundings.print(startingWords(surroundings).joined(hubUrl));
  } finally {
    folder.release();
  }
}
