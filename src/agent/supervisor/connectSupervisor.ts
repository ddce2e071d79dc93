/** Between the supervisor and the link: what is told when, and what the hub's acknowledgements do. */
import type { AttemptReport } from '../../protocol/supervision.ts';
import type { HubLink, HubNotice } from '../hubLink.ts';
import type { Supervisor } from './supervisor.ts';

/** A message with more would near the largest that a hub takes. */
const REPORTS_PER_MESSAGE = 500;

export interface SupervisorConnection {
  /** A hub welcomed this machine: it is told everything that it may not know. */
  welcomed(): void;
  hear(message: HubNotice): void;
  stop(): void;
}

/** @param link asked for each time: the link needs this connection, too */
export function connectSupervisor(supervisor: Supervisor, link: () => HubLink): SupervisorConnection {
  function tell(reports: readonly AttemptReport[]): void {
    for (let at = 0; at < reports.length; at += REPORTS_PER_MESSAGE)
      link().tell({ type: 'reports', reports: reports.slice(at, at + REPORTS_PER_MESSAGE) });
  }
  return {
    welcomed() {
      link().tell({ type: 'inventory', inventory: supervisor.inventory() });
    },
    hear(message) {
      if (message.type === 'acknowledged') supervisor.acknowledge(message.reports);
    },
    stop: supervisor.onReport(tell),
  };
}
