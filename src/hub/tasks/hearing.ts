/**
 * What nodes say of attempts (protocol/supervision.ts): each report is applied by the book, committed, and only then
 * acknowledged. A node speaks only of attempts that were leased to it. The inventory after each connection reconciles both
 * sides: what is there goes on, what is not there never started or is gone, what lives and should not is stopped.
 */
import type { EndRemark } from '../../model/endRemark.ts';
import type { Acknowledgement, AttemptReport, Inventory } from '../../protocol/supervision.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { LiveView } from './book/records.ts';
import type { Reporter, ReportOutcome, TaskBook, Verdict } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';
import type { Launches } from './launches.ts';
import type { Presence } from './presence.ts';

export interface HearingOptions {
  book: TaskBook;
  links: Pick<AgentLinks, 'acknowledge' | 'refuse'>;
  presence: Presence;
  ledgers: CardLedgers;
  launches: Pick<Launches, 'isUnderWay'>;
  reporter: (nodeId: string) => Reporter;
  /** An administrator lets it run tasks. */
  mayRun: (nodeId: string) => boolean;
  /** The budgets' word on an end. */
  judge: (ended: LiveView, report: AttemptReport) => Verdict;
  /** The same for an attempt of which nothing is left. */
  judgeGone: (live: LiveView, remark: EndRemark) => Verdict;
  /** Ends what lives on a node and must not. */
  stopSuperseded: (nodeId: string, report: AttemptReport) => void;
  /** A stop that the node may not have heard. */
  stopAgain: (live: LiveView) => void;
  /** Something may start now. */
  settled: () => void;
}

export interface Hearing {
  reports(nodeId: string, reports: readonly AttemptReport[]): void;
  inventory(nodeId: string, inventory: Inventory): void;
}

/** A restored hub is behind by as many epochs as it was restored since; a number far beyond is a fault. */
const MOST_EPOCHS_AHEAD = 1000;

const isOver = ({ state }: AttemptReport): boolean => state === 'ended' || state === 'never-started';

/** Nothing was heard yet. */
export function hearing(options: HearingOptions): Hearing {
  const { book, links, presence, ledgers } = options;

  /** Applies one report; null where it must not be acknowledged. */
  const take = (nodeId: string, report: AttemptReport): Acknowledgement | null => {
    const { attempt, fence, sequence } = report;
    const live = book.live().get(attempt);
    if (live && live.attempt.nodeId !== nodeId) {
      links.refuse(nodeId, `spoke of ${attempt}, which is leased to another node`);
      return null;
    }
    // A machine that nobody trusted was never given anything: its word could only do harm.
    if (!live && !options.mayRun(nodeId)) {
      links.refuse(nodeId, `spoke of ${attempt}, and may run no tasks`);
      return null;
    }
    if (fence.epoch > book.epoch() + MOST_EPOCHS_AHEAD) {
      links.refuse(nodeId, `spoke of ${attempt} with a fence that no hub gives out`);
      return null;
    }
    const outcome = book.report(options.reporter(nodeId), report, options.judge);
    if (report.cardsFree && isOver(report)) ledgers.freed(attempt);
    return acknowledges(nodeId, report, outcome) ? { attempt, fence, sequence } : null;
  };

  const acknowledges = (nodeId: string, report: AttemptReport, outcome: ReportOutcome): boolean => {
    if (outcome.kind === 'superseded' && !isOver(report)) options.stopSuperseded(nodeId, report);
    if (outcome.kind !== 'unknown') return true;
    // A node that forgets what nobody knows loses nothing; what lives there unknown is left alone and told.
    if (isOver(report)) return true;
    links.refuse(nodeId, `speaks of ${report.attempt}, which this hub never leased to it`);
    return false;
  };

  const takeAll = (nodeId: string, reports: readonly AttemptReport[]): void => {
    const acknowledgements = reports.flatMap((report) => take(nodeId, report) ?? []);
    options.settled();
    if (acknowledgements.length === 0) return;
    void book.durable().then(() => links.acknowledge(nodeId, acknowledgements));
  };

  return {
    reports(nodeId, reports) {
      // Before its inventory a report would be applied to attempts that are not reconciled: it is said again.
      if (presence.isReady(nodeId)) takeAll(nodeId, reports);
    },
    inventory(nodeId, inventory) {
      presence.inventoried(nodeId, inventory);
      const told = new Map(inventory.reports.map((report) => [report.attempt, report]));
      const believed = book.liveOn(nodeId);
      takeAll(nodeId, inventory.reports);
      for (const live of believed) {
        const report = told.get(live.id);
        if (report) {
          const now = book.live().get(live.id);
          if (now?.stop && !isOver(report) && report.state !== 'stopping') options.stopAgain(now);
          continue;
        }
        if (options.launches.isUnderWay(live.id)) continue;
        if (live.isReturning) book.cardsFreed(live.id);
        else if (live.attempt.startedAtMs === null)
          book.notStarted(live.id, { kind: 'not-begun', why: 'never-heard' });
        else {
          const remark: EndRemark = { kind: 'gone', how: 'unknown-there', by: null };
          book.gone(live.id, options.judgeGone(live, remark), null);
        }
      }
      options.settled();
    },
  };
}
