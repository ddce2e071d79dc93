/** A node's clock is shown, never trusted: one that jumps makes the node neither stale nor offline. */
import { expect, test } from 'vitest';
import { busyMachine } from '../../bench/support/busyMachine.ts';
import { startAgent } from '../../src/agent/agent.ts';
import { type Clock, systemClock } from '../../src/io/clock.ts';
import { silentLog } from '../../src/io/log.ts';
import { startTestHub } from '../support/hubInProcess.ts';
import { waitFor } from '../support/waitFor.ts';

const DAY_MS = 86_400_000;

test.each([-DAY_MS, DAY_MS])('a jump by %i ms is shown, and the node stays online', async (jumpMs) => {
  const hub = await startTestHub();
  const { nodeId, nodeToken } = await hub.admitMachine({ hostname: 'atlas', machineId: 'machine atlas' });
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => Date.now() + offsetMs };
  const agent = startAgent({
    machine: busyMachine('atlas', { gpus: 1, processesPerGpu: 1 }, Date.now()).machine,
    hub: { hubUrl: hub.url, nodeToken: async () => nodeToken, rejoin: async () => false },
    agentVersion: 'test',
    intervalMs: 200,
    examine: async () => [],
    clock,
    log: silentLog,
  });
  const status = async () => {
    const answer = await (await fetch(`${hub.url}/api/v1/nodes/${nodeId}`)).json();
    return answer as { state: string; lastSeenAtMs: number; sample: { takenAtMs: number } | null };
  };
  await waitFor('the node online', async () => (await status()).state === 'online');
  offsetMs = jumpMs;
  const states = new Set<string>();
  const jumped = await waitFor('ten samples after the jump', async () => {
    const now = await status();
    states.add(now.state);
    const takenAtMs = now.sample?.takenAtMs ?? 0;
    return Math.abs(takenAtMs - Date.now() - jumpMs) < 5_000 && agent.link.lastSequence() > 15 && now;
  });
  expect([...states]).toEqual(['online']);
  expect(Math.abs(jumped.lastSeenAtMs - Date.now())).toBeLessThan(5_000);
  await agent.stop();
  await hub.end();
});
