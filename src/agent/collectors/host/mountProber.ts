/**
 * Asks mounts how full they are, through an expendable child (mountChild.ts), and always answers in bounded time.
 *
 * A mount that misses its deadline is `unresponsive`. Its question stays with the child, one of whose few threads it
 * holds; the others go on being answered beside it, and if the mount comes back its late answer frees the thread. Only
 * when every lane hangs is the child ended (SIGKILL) and, once it has *exited*, replaced. One that cannot even die
 * (state D) is never doubled: until it is gone, the mounts it did not reach are said to be unresponsive.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import * as z from 'zod';
import type { AgentRemarks } from '../../../model/agentRemark.ts';
import { type Said, said } from '../../said.ts';
import type { MountQuestion } from './mountChild.ts';

/** How to start the hidden role that calls `runMountChild`. */
export interface MountChildCommand {
  file: string;
  args: readonly string[];
}

export interface MountAnswer {
  state: 'ok' | 'unresponsive' | 'failed';
  totalBytes: number | null;
  usedBytes: number | null;
  message: string | null;
  remarks: AgentRemarks;
}

export interface MountProber {
  /** An answer for each mount point. One round at a time: ask again when this one has answered. Never throws. */
  ask(mountPoints: readonly string[]): Promise<Map<string, MountAnswer>>;
  /** Ends the child and answers when it is gone, or 1 s later. */
  stop(): Promise<void>;
}

/** A healthy NFS server answers within milliseconds; a busy one may take a second. */
const ANSWER_DEADLINE_MS = 2000;
/** A killed child is gone within milliseconds unless the kernel holds it. */
const EXIT_DEADLINE_MS = 1000;
/** Node has four threads for files: one less, so that the child can always answer one question more. */
const LANES = 3;

/** What the child says; checked once, here. */
const Reply = z.union([
  z.object({ id: z.int(), totalBytes: z.int().nullable(), usedBytes: z.int().nullable() }),
  z.object({ id: z.int(), error: z.string().max(2000) }),
]);

interface Hanging {
  mountPoint: string;
  sinceMs: number;
}

/** Starts nothing yet: the child comes with the first question. */
export function startMountProber(command: MountChildCommand, deadlineMs = ANSWER_DEADLINE_MS): MountProber {
  let child: ChildProcess | null = null;
  let questions = 0;
  let stopped = false;
  /** Why the child could not be started, or ended by itself, in this round. */
  let childFailure: Said | null = null;
  const waiting = new Map<number, (reply: MountAnswer) => void>();
  /** Questions past their deadline that the present child still holds. */
  const hanging = new Map<number, Hanging>();
  /** When a mount last missed its deadline: those are asked last, the longest ago first. */
  const missedAtMs = new Map<string, number>();

  async function ask(mountPoints: readonly string[]): Promise<Map<string, MountAnswer>> {
    const answers = new Map<string, MountAnswer>();
    for (const { mountPoint, sinceMs } of hanging.values()) {
      answers.set(mountPoint, silent('mount-silent', performance.now() - sinceMs));
    }
    for (const mountPoint of missedAtMs.keys()) {
      if (!mountPoints.includes(mountPoint)) missedAtMs.delete(mountPoint);
    }
    const queue = mountPoints
      .filter((mountPoint) => !answers.has(mountPoint))
      .sort((a, b) => (missedAtMs.get(a) ?? 0) - (missedAtMs.get(b) ?? 0));
    childFailure = null;
    let childHangs = false;
    while (queue.length > 0 && !childHangs && childFailure === null && !stopped) {
      const lanes = LANES - hanging.size;
      if (lanes > 0) await Promise.all(Array.from({ length: lanes }, () => runLane(queue, answers)));
      if (queue.length > 0 && childFailure === null) childHangs = !(await endChild());
    }
    const unreached = childHangs
      ? unanswered('unresponsive', said({ kind: 'mount-not-reached' }))
      : unanswered('failed', childFailure ?? said({ kind: 'agent-stops' }));
    for (const mountPoint of queue) answers.set(mountPoint, unreached);
    return answers;
  }

  /** Asks one mount after the other until none is left, or one does not answer: that one keeps the lane. */
  async function runLane(queue: string[], answers: Map<string, MountAnswer>): Promise<void> {
    for (let mountPoint = queue.shift(); mountPoint !== undefined; mountPoint = queue.shift()) {
      const answer = await askOne(mountPoint);
      answers.set(mountPoint, answer);
      if (answer.state === 'unresponsive' || childFailure !== null || stopped) return;
      missedAtMs.delete(mountPoint);
    }
  }

  function askOne(mountPoint: string): Promise<MountAnswer> {
    const id = ++questions;
    const { promise, resolve } = Promise.withResolvers<MountAnswer>();
    const deadline = setTimeout(() => {
      const now = performance.now();
      hanging.set(id, { mountPoint, sinceMs: now - deadlineMs });
      missedAtMs.set(mountPoint, now);
      resolve(silent('mount-late', deadlineMs));
    }, deadlineMs);
    waiting.set(id, (answer) => {
      clearTimeout(deadline);
      waiting.delete(id);
      hanging.delete(id);
      resolve(answer);
    });
    child ??= startChild();
    child.send({ id, mountPoint } satisfies MountQuestion, () => {});
    return promise;
  }

  function startChild(): ChildProcess {
    const started = spawn(command.file, command.args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    // The agent may end while a mount hangs; the child sees the closed channel and ends itself.
    started.unref();
    started.channel?.unref();
    started.on('message', (message) => {
      const reply = Reply.safeParse(message);
      if (reply.success) waiting.get(reply.data.id)?.(toAnswer(reply.data));
    });
    started.on('error', (error) =>
      forget(started, said({ kind: 'mount-asker-not-started', words: error.message })),
    );
    started.on('exit', (code, signal) =>
      forget(started, said({ kind: 'mount-asker-ended', words: String(signal ?? code) })),
    );
    return started;
  }

  /** The child is gone, and with it every question it held. */
  function forget(gone: ChildProcess, failure: Said): void {
    if (child !== gone) return;
    child = null;
    childFailure = failure;
    for (const settle of [...waiting.values()]) settle(unanswered('failed', failure));
  }

  /** True once no child exists any more. */
  async function endChild(): Promise<boolean> {
    const ending = child;
    if (ending === null) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const deadline = setTimeout(() => resolve(false), EXIT_DEADLINE_MS);
    ending.once('exit', () => resolve(true));
    ending.kill('SIGKILL');
    const gone = await promise;
    clearTimeout(deadline);
    if (gone) childFailure = null;
    return gone;
  }

  return {
    ask,
    async stop() {
      stopped = true;
      await endChild();
    },
  };
}

function toAnswer(reply: z.infer<typeof Reply>): MountAnswer {
  if ('error' in reply) return unanswered('failed', { message: reply.error, remarks: null });
  return {
    state: 'ok',
    totalBytes: reply.totalBytes,
    usedBytes: reply.usedBytes,
    message: null,
    remarks: null,
  };
}

const unanswered = (
  state: MountAnswer['state'],
  why: Pick<MountAnswer, 'message' | 'remarks'>,
): MountAnswer => ({ state, totalBytes: null, usedBytes: null, ...why });

const silent = (kind: 'mount-late' | 'mount-silent', waitedMs: number): MountAnswer =>
  unanswered('unresponsive', said({ kind, seconds: Math.round(waitedMs / 1000) }));
