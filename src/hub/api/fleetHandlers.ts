/** Routes that tell of the fleet and its machines, and change what is known of a machine. */
import type { z } from 'zod';
import { gpuCondition } from '../../fleet/gpuCondition.ts';
import { fleetNode } from '../../fleet/view.ts';
import type { NodeStatus } from '../../model/node.ts';
import { HubError } from '../errors.ts';
import {
  expectKind,
  findNode,
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

  return {
    health: () => ({
      status: 'ok',
      version: hub.version,
      startedAtMs: hub.startedAtMs,
      nowMs: clock.nowMs(),
    }),
    openapi: () => openApiDocument(hub.version) as z.core.util.JSONType,
    nodes: () => ({ nodes: allNodes() }),
    node: ({ parameters }) => findNode(hub, parameters.id),
    async changeNode(call) {
      const { id } = findNode(hub, call.parameters.id);
      const { alias, mayRun } = call.body;
      const changed = await hub.registry.change(id, {
        ...(alias === undefined ? {} : { alias }),
        ...(mayRun === undefined ? {} : { mayRun }),
      });
      if (changed)
        fleet.setNode({ id, name: changed.name, alias: changed.alias, mayRun: changed.mayRun === true });
      noteDeed(audit, call, 'change-node', id, mayRun === undefined ? 'done' : `may run tasks: ${mayRun}`);
      return findNode(hub, id);
    },
    async forgetNode(call) {
      const { id } = findNode(hub, call.parameters.id);
      await hub.registry.forget(id);
      links.drop(id, 'this node was forgotten');
      fleet.forgetNode(id);
      hub.recent.forget(id);
      await hub.lastTruths.forget(id);
      noteDeed(audit, call, 'forget-node', id, 'done');
      return {};
    },
    async refreshNode({ parameters }) {
      const { id } = findNode(hub, parameters.id);
      expectKind(await links.ask(id, { kind: 'refresh' }, REQUEST_PATIENCE_MS), 'refreshed');
      return {};
    },
    async checkNode({ parameters }) {
      const { id } = findNode(hub, parameters.id);
      const { checks } = expectKind(await links.ask(id, { kind: 'doctor' }, REQUEST_PATIENCE_MS), 'checked');
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
              ? gpuCondition({ nodeState: node.state, driver: sample.driver, gpu: viewed })
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
