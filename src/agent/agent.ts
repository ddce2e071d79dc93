/** A node's agent: samples its machine each interval, sends the samples to the hub and answers what the hub asks. */
import type { Clock } from '../io/clock.ts';
import type { Log } from '../io/log.ts';
import { stops } from '../lib/stops.ts';
import type { Check, SpokenLanguage } from '../model/check.ts';
import type { NodeSample } from '../model/node.ts';
import { fitSample } from './fitSample.ts';
import { type HubLink, type HubLinkOptions, openHubLink } from './hubLink.ts';
import { answerRequest } from './requests.ts';
import { type Machine, sampler } from './sampler.ts';
import { type Spaced, spaced } from './spaced.ts';
import { connectSupervisor } from './supervisor/connectSupervisor.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { connectTables } from './tableSync/connectTables.ts';
import type { TableSync, TableSyncOptions } from './tableSync/tableSync.ts';

export interface AgentOptions {
  machine: Machine;
  hub: Pick<HubLinkOptions, 'hubUrl' | 'nodeToken' | 'rejoin' | 'machineId'>;
  agentVersion: string;
  intervalMs: number;
  /** What `flowline doctor` finds on this machine. */
  examine: (agent: Pick<Agent, 'link' | 'newestSample'>, language: SpokenLanguage) => Promise<Check[]>;
  /** Runs tasks here; left out, the agent shows figures only. Its owner closes it, after the agent has stopped. */
  supervisor?: Supervisor | null;
  /** Starts what keeps the files of tables; left out, none are kept. */
  startTables?: ((options: TableSyncOptions) => TableSync) | null;
  clock: Clock;
  log: Log;
}

export interface Agent {
  link: HubLink;
  newestSample(): NodeSample | null;
  /** Says goodbye to the hub (unless `silently`), then lets go of the machine. */
  stop(reason?: 'stopped' | 'rebooting' | 'silently'): Promise<void>;
}

/** Whoever may look may ask for a sample now, and for an examination, which costs some 200 ms of processor. */
const REFRESH_GAP_MS = 250;
const EXAMINATION_GAP_MS = 1000;

/** Starts sampling and opens the link. */
export function startAgent({
  machine,
  hub,
  agentVersion,
  intervalMs,
  examine,
  supervisor = null,
  startTables = null,
  clock,
  log,
}: AgentOptions): Agent {
  const stopping = stops();
  for (const source of [
    machine.driver,
    machine.host,
    machine.processes,
    machine.containers,
    machine.sessions,
  ]) {
    stopping.add(() => source.stop());
  }
  const samples = sampler({
    machine,
    agentVersion,
    intervalMs,
    clock,
    runningTasks: () => supervisor?.runningTasks() ?? [],
  });
  let newest: NodeSample | null = null;
  let sampling: Promise<void> | null = null;

  /** One at a time: a sample that is still being taken when the next is due is that next one. */
  const takeSample = (): Promise<void> => {
    sampling ??= samples
      .sample()
      .then((sample) => {
        newest = sample;
        supervisor?.noteSample(sample);
        link.send(fitSample(sample));
      })
      .catch((failure: unknown) => log.error({ failure: String(failure) }, 'could not take a sample'))
      .finally(() => {
        sampling = null;
      });
    return sampling;
  };

  const refreshes = spaced(REFRESH_GAP_MS, clock, takeSample);
  stopping.add(refreshes.stop);
  const examinations = new Map<SpokenLanguage, Spaced<Check[]>>();
  const examineInTurn = (language: SpokenLanguage): Promise<Check[]> => {
    const known =
      examinations.get(language) ??
      spaced(EXAMINATION_GAP_MS, clock, () => examine({ link, newestSample: () => newest }, language));
    examinations.set(language, known);
    return known.ask();
  };
  stopping.add(() => {
    for (const examination of examinations.values()) examination.stop();
  });

  const connection = supervisor === null ? null : connectSupervisor(supervisor, () => link);
  if (connection !== null) stopping.add(connection.stop);
  const tablesConnection = connectTables(() => link, clock);
  const tables = startTables?.({ tell: tablesConnection.tell }) ?? null;
  if (tables !== null) stopping.add(() => tables.stop());
  const link: HubLink = openHubLink({
    ...hub,
    welcomed: () => connection?.welcomed(),
    hear: (message) => {
      connection?.hear(message);
      tablesConnection.hear(message);
    },
    clock,
    log,
    answer: (request) =>
      answerRequest(
        {
          machine,
          newestSample: () => newest,
          refresh: refreshes.ask,
          supervisor,
          tables,
          examine: examineInTurn,
        },
        request,
      ),
  });
  stopping.add(clock.every(intervalMs, () => void takeSample()));
  void takeSample();
  return {
    link,
    newestSample: () => newest,
    async stop(reason = 'stopped') {
      await link.stop(reason);
      await stopping.stop();
    },
  };
}
