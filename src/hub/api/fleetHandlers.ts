/** Routes that tell of the fleet and its machines, and change what is known of a machine. */
import { gpuCondition } from '../../fleet/gpuCondition.ts';
import { fleetNode } from '../../fleet/view.ts';
import type { Maintenance, NodeStatus } from '../../model/node.ts';
import { HubError } from '../errors.ts';
import {
  type Call,
  expectKind,
  findNode,
  findNodeWithAgent,
  type Handlers,
  type HubParts,
  named,
  noteDeed,
  REQUEST_PATIENCE_MS,
} from './call.ts';
import { openApiDocument } from './openapi.ts';

type FleetRoute =
  | 'health'
  | 'openapi'
  | 'nodes'
  | 'node'
  | 'changeNode'
  | 'forgetNode'
  | 'forgetNodes'
  | 'refreshNode'
  | 'checkNode'
  | 'recentFigures'
  | 'gpus'
  | 'containers'
  | 'sessions';

/** Their handlers. */
export function fleetHandlers(hub: HubParts): Pick<Handlers, FleetRoute> {
  const { fleet, clock, links, audit } = hub;
  const allNodes = (): NodeStatus[] => fleet.all(clock.nowMs());

  const forget = async (
    call: Pick<Call<'forgetNode'>, 'caller' | 'from'>,
    ids: readonly string[],
  ): Promise<void> => {
    await hub.registry.forget(ids);
    for (const id of ids) {
      if (hub.witnesses.isWitness(id)) hub.witnesses.forget(id);
      links.drop(id, 'this node was forgotten');
      fleet.forgetNode(id);
      hub.queue.presence.forget(id);
      hub.recent.forget(id);
      await hub.lastTruths.forget(id);
      noteDeed(audit, call, 'forget-node', id, 'done');
    }
  };

  return {
    health: () => ({
      status: 'ok',
      version: hub.version,
      startedAtMs: hub.startedAtMs,
      nowMs: clock.nowMs(),
      hasQueueTrouble: hub.queue.book.trouble() !== null,
    }),
    openapi: () => openApiDocument(hub.version),
    nodes: () => ({ nodes: allNodes() }),
    node: ({ parameters }) => findNode(hub, parameters.id),
    async changeNode(call) {
      const before = findNodeWithAgent(hub, call.parameters.id);
      const { id } = before;
      const { alias, mayRun, maintenance: isOn } = call.body;
      const maintenance = isOn ? maintenanceOf(call, before, clock.nowMs()) : null;
      const changed = await hub.registry.change(id, {
        ...(alias === undefined ? {} : { alias }),
        ...(mayRun === undefined ? {} : { mayRun }),
        ...(isOn === undefined ? {} : { maintenance }),
      });
      // Whoever allows it has looked: what it failed before is forgiven.
      if (mayRun === true) hub.queue.strikes.forgive(id);
      hub.queue.wake();
      if (changed)
        fleet.setNode({
          id,
          name: before.name,
          alias: changed.alias,
          mayRun: changed.mayRun === true,
          maintenance: changed.maintenance,
        });
      if (alias !== undefined || mayRun !== undefined)
        noteDeed(audit, call, 'change-node', id, mayRun === undefined ? 'done' : `may run tasks: ${mayRun}`);
      if (isOn !== undefined)
        noteDeed(
          audit,
          call,
          isOn ? 'maintenance-on' : 'maintenance-off',
          id,
          maintenance?.message ?? 'done',
        );
      return findNode(hub, id);
    },
    async forgetNode(call) {
      const { id } = findNode(hub, call.parameters.id);
      await forget(call, [id]);
      return {};
    },
    async forgetNodes(call) {
      const nowMs = clock.nowMs();
      const results = [...new Set(call.body.ids)].map((nodeId) => {
        const node = fleet.status(nodeId, nowMs);
        if (!node) return { nodeId, nodeName: null, outcome: 'unknown' as const };
        const outcome = hub.witnesses.isConfigured(nodeId) ? ('configured' as const) : ('forgotten' as const);
        return { nodeId, nodeName: node.name, outcome };
      });
      await forget(
        call,
        results.flatMap(({ nodeId, outcome }) => (outcome === 'forgotten' ? [nodeId] : [])),
      );
      return { results };
    },
    async refreshNode({ parameters }) {
      const { id } = findNode(hub, parameters.id);
      if (hub.witnesses.isWitness(id)) {
        await hub.witnesses.refresh(id);
        return {};
      }
      expectKind(await links.ask(id, { kind: 'refresh' }, REQUEST_PATIENCE_MS), 'refreshed');
      return {};
    },
    async checkNode({ parameters, query }) {
      const { id } = findNodeWithAgent(hub, parameters.id);
      const request = { kind: 'doctor', language: query.language } as const;
      const { checks } = expectKind(await links.ask(id, request, REQUEST_PATIENCE_MS), 'checked');
      return { checks };
    },
    recentFigures({ parameters }) {
      const { id } = findNode(hub, parameters.id);
      const figures = hub.recent.figures(id, clock.nowMs());
      if (!figures)
        throw new HubError(
          404,
          'no-figures',
          'nothing was heard of this node since the hub started',
          'wait for its first sample',
        );
      return figures;
    },
    gpus: () => ({
      gpus: allNodes().flatMap((node) => {
        const { sample } = node;
        const view = fleetNode(node).sample;
        return (sample?.gpus ?? []).map((gpu, place) => {
          const viewed = view?.gpus[place];
          const condition =
            sample && viewed
              ? gpuCondition({
                  nodeState: node.state,
                  absence: node.absence,
                  driver: sample.driver,
                  gpu: viewed,
                })
              : 'unknown';
          return { ...named(node), nodeState: node.state, condition, ...gpu };
        });
      }),
    }),
    containers: () => ({
      containers: allNodes().flatMap((node) =>
        (node.sample?.containers ?? []).map((container) => ({ ...named(node), ...container })),
      ),
    }),
    sessions: () => ({
      sessions: allNodes().flatMap((node) =>
        (node.sample?.sessions ?? []).map((session) => ({ ...named(node), ...session })),
      ),
    }),
  };
}

/** Set again it keeps its beginning, and what for and until when are as said last. @throws HubError 400. */
function maintenanceOf(
  { body, caller }: Pick<Call<'changeNode'>, 'body' | 'caller'>,
  before: NodeStatus,
  nowMs: number,
): Maintenance {
  const untilMs = body.untilMs ?? null;
  if (untilMs !== null && untilMs <= nowMs)
    throw new HubError(
      400,
      'time-is-past',
      'maintenance would end before it begins',
      "say a later untilMs, by the hub's clock (GET /api/v1/health tells it)",
    );
  return {
    sinceMs: before.maintenance?.sinceMs ?? nowMs,
    untilMs,
    message: body.message?.trim() || null,
    by: caller.account?.name ?? 'nobody',
  };
}
