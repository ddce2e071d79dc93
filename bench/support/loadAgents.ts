/** Many real agents in one process: each joins, opens its own link and samples a busy machine at its own moment of the interval. */
import { type HubLink, openHubLink } from '../../src/agent/hubLink.ts';
import { sampler } from '../../src/agent/sampler.ts';
import { hubClient } from '../../src/client/hubClient.ts';
import { systemClock } from '../../src/io/clock.ts';
import type { Log } from '../../src/io/log.ts';
import { stops } from '../../src/lib/stops.ts';
import { busyMachine, type Load } from './busyMachine.ts';
import type { AgentFacts } from './loadEvents.ts';

export interface LoadOptions extends Load {
  hubUrl: string;
  /** A join token with a use for each agent. */
  joinToken: string;
  agents: number;
  intervalMs: number;
  log: Log;
}

export interface LoadAgents {
  facts(): AgentFacts[];
  /** No more samples; the links stay open, so that both ends can be compared. */
  pause(): void;
  stop(): Promise<void>;
}

/**
 * Joins all agents, one after another, and opens their links.
 * @throws HubFailure where the hub is not reached or refuses the token.
 */
export async function startLoadAgents(options: LoadOptions): Promise<LoadAgents> {
  const { agents, intervalMs } = options;
  const sampling = stops();
  const stopping = stops();
  const running: (() => AgentFacts)[] = [];
  for (let number = 0; number < agents; number++) {
    const hostname = `load-${String(number).padStart(4, '0')}`;
    const credential = await join(options, hostname);
    const busy = busyMachine(hostname, options, systemClock.nowMs());
    const samples = sampler({ machine: busy.machine, agentVersion: 'load', intervalMs, clock: systemClock });
    let taken = 0;
    const link: HubLink = openHubLink({
      hubUrl: options.hubUrl,
      nodeToken: async () => credential.nodeToken,
      rejoin: async () => false,
      answer: async () => ({ kind: 'refreshed' }),
      clock: systemClock,
      log: options.log,
    });
    stopping.add(() => link.stop());
    const sample = async (): Promise<void> => {
      busy.advance(systemClock.nowMs());
      const one = await samples.sample();
      taken += 1;
      link.send(one);
    };
    sampling.add(everyFrom((number / agents) * intervalMs, intervalMs, () => void sample()));
    running.push(() => ({
      nodeId: credential.nodeId,
      hostname,
      connected: link.state().state === 'connected',
      lastSequence: link.lastSequence(),
      samples: taken,
    }));
  }
  return {
    facts: () => running.map((factsOf) => factsOf()),
    pause: () => void sampling.stop(),
    stop: async () => {
      await sampling.stop();
      await stopping.stop();
    },
  };
}

/** Calls back each interval, the first time after `firstMs`. */
function everyFrom(firstMs: number, intervalMs: number, call: () => void): () => void {
  let stopEvery = (): void => {};
  const forget = systemClock.after(firstMs, () => {
    call();
    stopEvery = systemClock.every(intervalMs, call);
  });
  return () => {
    forget();
    stopEvery();
  };
}

const join = (
  { hubUrl, joinToken }: LoadOptions,
  hostname: string,
): Promise<{ nodeId: string; nodeToken: string }> =>
  hubClient({ baseUrl: hubUrl, headers: () => ({ authorization: `Bearer ${joinToken}` }) }).call('join', {
    body: { hostname, machineId: `load ${hostname}` },
  });
