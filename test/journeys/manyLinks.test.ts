/** A hundred real agents in a process apart: everything they sent arrives, in order, without a gap. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SpawnedLoad, spawnLoad } from '../../bench/support/spawnLoad.ts';
import { createJoinToken } from '../support/administrator.ts';
import { startTestHub, type TestHub } from '../support/hubInProcess.ts';

const AGENTS = 100;
/** The soak sends for the full minute. */
const SECONDS = process.env.FLOWLINE_SOAK === 'true' ? 60 : 15;

let hub: TestHub;
let load: SpawnedLoad;
beforeAll(async () => {
  hub = await startTestHub();
  load = await spawnLoad({
    hubUrl: hub.url,
    joinToken: await createJoinToken(hub, AGENTS),
    agents: AGENTS,
    seconds: SECONDS,
  });
});
afterAll(async () => {
  await load?.stop();
  await hub?.end();
});

test(`${AGENTS} links for ${SECONDS} s: each node's last sequence is the sender's, and there are no gaps`, async () => {
  const { agents } = await load.done;
  expect(agents).toHaveLength(AGENTS);
  const heard = new Map(hub.linkFacts().map((facts) => [facts.nodeId, facts]));
  for (const sender of agents) {
    expect(heard.get(sender.nodeId)).toMatchObject({ lastSequence: sender.lastSequence, gaps: 0 });
    // About one a second: the generator shares two cores with everybody else.
    expect(sender.lastSequence).toBeGreaterThan(SECONDS * 0.7);
  }
});
