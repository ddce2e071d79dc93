/**
 * `flowline demo`: a hub, and an agent with its own link for each machine of an imagined fleet. Only the seams of
 * drivers, processes and host are imagined; hub, links and page do not know it.
 */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Agent, startAgent } from '../agent/agent.ts';
import type { DemoRoleOptions } from '../cli/context.ts';
import { type HubClient, hubClient } from '../client/hubClient.ts';
import type { Hub } from '../hub/hub.ts';
import { systemClock } from '../io/clock.ts';
import { type Log, openLog } from '../io/log.ts';
import { type FleetMachine, startImaginedFleet } from '../simulator/fleet.ts';
import { demoTables } from '../simulator/tasks/demoTables.ts';
import { runHub } from './runHub.ts';
import { startingWords } from './startingWords.ts';
import type { Surroundings } from './surroundings.ts';
import { untilSignal } from './untilSignal.ts';
import { welcome } from './welcome.ts';

/** Runs until a signal. */
export async function runDemo(options: DemoRoleOptions, surroundings: Surroundings): Promise<void> {
  const log = openLog(options.logLevel);
  await untilSignal(log, async (stopping) => {
    const running = await runHub(options, surroundings, log, { isImagined: true });
    stopping.add(running.stop);
    const visitor = whoami();
    const fleet = startImaginedFleet({ nodes: options.machines, seed: options.seed, user: visitor });
    stopping.add(() => fleet.stop());

    const agents = new Map<string, Agent>();
    const start = async (machine: FleetMachine): Promise<void> => {
      if (agents.has(machine.id)) return;
      agents.set(
        machine.id,
        await startImaginedAgent(machine, running.hub, options.intervalMs, surroundings.version, log),
      );
    };
    const leave = async (machine: FleetMachine): Promise<void> => {
      const agent = agents.get(machine.id);
      agents.delete(machine.id);
      await agent?.stop('silently');
    };
    stopping.add(async () => {
      await Promise.all([...agents.values()].map((agent) => agent.stop()));
    });
    for (const machine of fleet.machines) await start(machine);
    stopping.add(
      fleet.onPresence((machine, isPresent) => void (isPresent ? start(machine) : leave(machine))),
    );

    const token = await readFile(join(options.dataFolder, 'token'), 'utf8');
    await queueDemoTables(
      hubClient({
        baseUrl: running.hub.url,
        headers: () => ({ authorization: `Bearer ${token.trim()}` }),
      }),
      visitor.login,
    ).catch((failure: unknown) =>
      log.warn({ failure: String(failure) }, 'the tables of the demo were not queued'),
    );

    const words = startingWords(surroundings);
    const { printsToLog } = surroundings;
    surroundings.print(
      `${welcome(running, options.listen, { printsToLog, words, what: words.imaginedFleet(options.machines) })}\n  ${words.nothingReal(`--hub ${running.hub.url} --data ${options.dataFolder}`)}`,
    );
  });
}

/** The tables that a visitor finds; none where the folder has some from an earlier visit. */
async function queueDemoTables(hub: HubClient, visitor: string): Promise<void> {
  const { tables } = await hub.call('tables');
  if (tables.length > 0) return;
  for (const { table, rows } of demoTables(visitor))
    await hub.call('submitTable', { body: { table, rows, isComplete: true } });
}

/** Whoever started the demo: what he queues runs on its machines. */
function whoami(): { login: string; uid: number } {
  try {
    const { username, uid } = userInfo();
    return { login: username, uid: Math.max(0, uid) };
  } catch {
    return { login: String(process.getuid?.() ?? 0), uid: process.getuid?.() ?? 0 };
  }
}

async function startImaginedAgent(
  machine: FleetMachine,
  hub: Hub,
  intervalMs: number,
  agentVersion: string,
  log: Log,
): Promise<Agent> {
  const opened = machine.open();
  const admit = () =>
    hub.admitMachine({
      hostname: opened.hostname,
      machineId: `imagined ${machine.id}`,
      ...(machine.alias === null ? {} : { alias: machine.alias }),
    });
  let credential = await admit();
  return startAgent({
    machine: opened,
    supervisor: machine.supervisor,
    hub: {
      hubUrl: hub.url,
      nodeToken: async () => credential.nodeToken,
      async rejoin() {
        credential = await admit();
        return true;
      },
    },
    agentVersion,
    intervalMs,
    examine: async () => [{ name: 'demo', result: 'note', found: 'this machine is imagined', advice: null }],
    clock: systemClock,
    log,
  });
}
