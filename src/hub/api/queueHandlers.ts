/** Routes of the queue as a whole: its status and settings, the switches of GPUs, and promises for `find … -- COMMAND`. */
import { withoutUndefined } from '../../lib/withoutUndefined.ts';
import { HubError } from '../errors.ts';
import { gpuLedgers, queueStatus } from '../tasks/queueStatus.ts';
import { type Call, type Handlers, type HubParts, noteDeed } from './call.ts';
import { maySee, sightOf } from './taskAccess.ts';

type QueueRoute = 'queue' | 'changeQueue' | 'switchGpus' | 'takePromise' | 'keepPromise' | 'endPromise';

/** Their handlers. */
export function queueHandlers(hub: HubParts): Pick<Handlers, QueueRoute> {
  const { queue, audit, clock, registry } = hub;
  const { book, promises } = queue;

  /** @throws HubError 404 for one that is over, or somebody else's. */
  const findPromise = (call: Call<'keepPromise' | 'endPromise'>): string => {
    const id = call.parameters.id ?? '';
    const promise = promises.given(id);
    if (promise && maySee(sightOf(call.caller, hub.hubUser), promise.owner)) return id;
    throw new HubError(
      404,
      'unknown-promise',
      'this promise is over: nobody said for 30 s that its process lives',
      'ask for another',
    );
  };

  return {
    queue({ caller }) {
      const { login, seesAll } = sightOf(caller, hub.hubUser);
      return queueStatus(queue, seesAll ? null : login);
    },
    async changeQueue(call) {
      const settings = book.changeSettings(withoutUndefined(call.body), call.caller.account?.name ?? null);
      await book.durable();
      queue.wake();
      noteDeed(audit, call, 'change-queue', 'queue', JSON.stringify(call.body));
      return { settings };
    },
    async switchGpus(call) {
      const { gpus, isOn } = call.body;
      const known = new Set(queue.nodes().flatMap((node) => queue.facts(node).cards.map(({ uuid }) => uuid)));
      const missing = gpus.find((uuid) => !known.has(uuid));
      if (missing !== undefined)
        throw new HubError(
          404,
          'unknown-gpu',
          `no GPU has the uuid ${JSON.stringify(missing.slice(0, 64))}`,
          'GET /api/v1/queue lists them',
        );
      book.switchGpus(gpus, isOn, call.caller.account?.name ?? null);
      await book.durable();
      queue.wake();
      noteDeed(audit, call, 'switch-gpus', gpus.slice(0, 20).join(' '), isOn ? 'on' : 'off');
      const switched = new Set(gpus);
      return { gpus: gpuLedgers(queue).filter(({ uuid }) => switched.has(uuid)) };
    },
    async takePromise(call) {
      const { gpus, memoryBytes, model, machineId, waitMs } = call.body;
      const { login } = sightOf(call.caller, hub.hubUser);
      const node = registry.find(machineId);
      if (!node)
        throw new HubError(
          404,
          'unknown-machine',
          'this machine is not one of this hub',
          'run it where an agent of this hub runs, or without -- COMMAND',
        );
      const wish = { owner: login, gpus, memoryBytes, model, nodeId: node.id, key: call.idempotencyKey };
      const id = promises.wish(wish, clock.nowMs());
      if (id === null)
        throw new HubError(429, 'too-many-waiting', `${login} waits for GPUs in many places already`);
      const given = await promises.wait(id, waitMs);
      if (given) {
        await book.durable();
        noteDeed(audit, call, 'take-promise', node.id, `${id}: GPU ${given.gpus.map(({ index }) => index)}`);
        return {
          promise: {
            id,
            gpus: given.gpus.map(({ uuid, index }) => ({ uuid, index })),
            promisedBytes: given.gpus[0]?.promisedBytes ?? null,
          },
          waitingReason: null,
          waiting: null,
        };
      }
      const run = promises.waiting(id);
      const why = run ? queue.reasons.of(run) : null;
      // Who will not wait, or cannot be recognised when he asks again, stands in nobody's way.
      if (waitMs === 0 || call.idempotencyKey === null) promises.leave(id);
      return { promise: null, waitingReason: why?.text ?? null, waiting: why?.reason ?? null };
    },
    async keepPromise(call) {
      promises.keep(findPromise(call), call.body.pid, clock.nowMs());
      return {};
    },
    async endPromise(call) {
      const id = findPromise(call);
      promises.end(id);
      noteDeed(audit, call, 'end-promise', id, 'done');
      return {};
    },
  };
}
