/**
 * Gives attempts to their nodes: the lease is durable before a word of it is said, and what the node answers decides.
 * Where no answer comes the run stays `starting`: the node's inventory at its next connection tells what became of it.
 */
import type { Log } from '../../io/log.ts';
import type { EndRemark } from '../../model/endRemark.ts';
import type { EndClass } from '../../model/task.ts';
import type { AgentAnswer } from '../../protocol/agentHub.ts';
import type { Environment, Lease } from '../../protocol/supervision.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook, TaskDetails, Verdict } from './book/taskBook.ts';
import { remarksOf } from './verdicts.ts';

/** A wrapper is up in milliseconds; a program of the owner's that makes the command may take 5 s. */
const LAUNCH_PATIENCE_MS = 30_000;
/** A node that refused is not asked again at once: what was wrong a moment ago is wrong still. */
const REFUSED_WAIT_MS = 10_000;

/** What the store has of attempts that start together. */
interface Kept {
  details: Map<number, TaskDetails>;
  environments: Map<number, Environment>;
}

type Refused = Extract<AgentAnswer, { kind: 'refused' }>;

export interface LaunchOptions {
  book: TaskBook;
  links: Pick<AgentLinks, 'ask'>;
  nowMs: () => number;
  log: Log;
  /** The node's fault, whatever it asked for. */
  strike: (nodeId: string, reason: string) => void;
  /** The budgets' word on a lease that the node cannot execute through the table's fault. */
  judge: (live: LiveView, class_: EndClass, remarks: readonly EndRemark[]) => Verdict;
  /** A refusal was entered in the book. */
  settled: () => void;
}

export interface Launches {
  /** Sends leases of the book, after they are durable. */
  send(leased: readonly LiveView[]): Promise<void>;
  /** True while the node has been told of an attempt and has not answered: an inventory may not know it yet. */
  isUnderWay(attemptId: string): boolean;
}

/** Nothing is under way at first. */
export function launches(options: LaunchOptions): Launches {
  const { book, links, log } = options;
  const underWay = new Set<string>();

  const launch = async (live: LiveView, kept: Kept): Promise<void> => {
    const { nodeId } = live.attempt;
    const lease = leaseOf(live, kept);
    // Somebody may have ended it while it was being committed: nothing was said yet, and nothing will be.
    const now = book.live().get(live.id);
    if (!now || now.stop) {
      if (now) book.notStarted(live.id, { kind: 'not-begun', why: 'ended-before' });
      return options.settled();
    }
    try {
      const answer = await links.ask(nodeId, { kind: 'launch', lease }, LAUNCH_PATIENCE_MS);
      if (answer.kind === 'refused') refused(live, answer);
      else if (answer.kind !== 'launched')
        refused(live, {
          kind: 'refused',
          code: 'failed',
          message: answer.kind === 'failed' ? answer.message : `the node answered ${answer.kind}`,
          remarks: null,
        });
    } catch (failure) {
      log.warn({ attempt: live.id, node: nodeId, failure: String(failure) }, 'a launch was not answered');
    }
  };

  /** What is not in memory, read once for all that start together: a table of 400 rows has one environment. */
  const readKept = async (leased: readonly LiveView[]): Promise<Kept> => {
    const tables = [...new Set(leased.map(({ task }) => task.table.number))];
    const [details, environments] = await Promise.all([
      book.details(leased.map(({ task }) => task.number)),
      Promise.all(tables.map(async (table) => [table, (await book.environment(table)) ?? {}] as const)),
    ]);
    return { details, environments: new Map(environments) };
  };

  const leaseOf = ({ id, fence, task, attempt }: LiveView, { details, environments }: Kept): Lease => {
    const { table } = task;
    const found = details.get(task.number);
    if (!found) throw new Error(`nothing is kept of the command of t${task.number}`);
    const asked = table.options;
    const settings = book.settings();
    const overrides = task.overrides ?? {};
    return {
      attempt: id,
      fence,
      owner: table.owner,
      taskName: task.name,
      command: found.command,
      parameters: found.parameters,
      workingDirectory: table.workingDirectory,
      environment: environments.get(table.number) ?? {},
      gpus: attempt.gpus.map(({ uuid, index, promisedBytes }) => ({ uuid, index, promisedBytes })),
      timeLimitSeconds:
        overrides.timeLimitSeconds === undefined ? asked.timeLimitSeconds : overrides.timeLimitSeconds,
      graceSeconds: asked.graceSeconds,
      outOfMemoryExitCodes: asked.outOfMemoryExitCodes,
      outOfMemoryTexts: asked.outOfMemoryTexts,
      logHeadBytes: settings.logHeadBytes,
      logTailBytes: settings.logTailBytes,
    };
  };

  const refused = (live: LiveView, said: Refused): void => {
    const { code, message } = said;
    const remarks = remarksOf(said);
    // A report may have told of it before: it is charged once.
    if (!book.live().has(live.id)) return;
    // What a program of the owner's said stands in the story of his task, and in no log that others read.
    const words = code === 'command' ? null : message;
    log.warn(
      { attempt: live.id, node: live.attempt.nodeId, code, message: words },
      'a node refused an attempt',
    );
    if (code === 'working-directory') {
      // The same folder may be there on another machine; here it is a fault of the place.
      book.ended(live.id, options.judge(live, 'infra', remarks));
    } else if (code === 'command') {
      book.ended(live.id, options.judge(live, 'program', remarks));
    } else {
      const waitMs = code === 'superseded' ? null : options.nowMs() + REFUSED_WAIT_MS;
      book.notStarted(live.id, remarks[0] ?? { kind: 'not-begun', why: 'not-told' }, waitMs);
      if (code !== 'superseded') options.strike(live.attempt.nodeId, message);
    }
    options.settled();
  };

  return {
    async send(leased) {
      if (leased.length === 0) return;
      for (const { id } of leased) underWay.add(id);
      const failed = (live: LiveView, failure: unknown): void => {
        log.error({ attempt: live.id, failure: String(failure) }, 'an attempt could not be given out');
        const remark: EndRemark = { kind: 'text', text: String(failure).slice(0, 500) };
        book.notStarted(live.id, remark, options.nowMs() + REFUSED_WAIT_MS);
        options.settled();
      };
      const done = (live: LiveView): boolean => underWay.delete(live.id);
      try {
        const [kept] = await Promise.all([readKept(leased), book.durable()]);
        for (const live of leased)
          void launch(live, kept)
            .catch((failure: unknown) => failed(live, failure))
            .finally(() => done(live));
      } catch (failure) {
        for (const live of leased) {
          failed(live, failure);
          done(live);
        }
      }
    },
    isUnderWay: (attemptId) => underWay.has(attemptId),
  };
}
