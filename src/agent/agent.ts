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
          refresh: takeSample,
          supervisor,
          tables,
          examine: (language) => examine({ link, newestSample: () => newest }, language),
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
