/**
 * Programs of the owner's that name a command or order GPUs (protocol/ownerProgram.ts): never in this process, but each
 * as a child of its own with a deadline and without a credential. One child per program, folder and environment, kept
 * while it answers in time and is asked now and then; one that hangs, ends or talks nonsense is killed and started anew
 * for the next question.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { visible } from '../../../lib/displayText.ts';
import { parseJson } from '../../../lib/json.ts';
import { OwnerAnswer, type OwnerQuestion } from '../../../protocol/ownerProgram.ts';

/** The program did not answer, or not so that it could be used; the message is for its owner. */
export class OwnerProgramError extends Error {}

export interface OwnerProgram {
  program: readonly string[];
  workingDirectory: string;
  environment: Record<string, string>;
}

type WithoutId<Question> = Question extends unknown ? Omit<Question, 'id'> : never;

export interface OwnerPrograms {
  /**
   * Asks, and waits its turn: a program answers one question after the other.
   * @throws OwnerProgramError
   */
  ask(program: OwnerProgram, question: WithoutId<OwnerQuestion>, deadlineMs: number): Promise<OwnerAnswer>;
  stop(): void;
}

const IDLE_MS = 60_000;
/** As long as the longest command that a lease may hold; a program that writes without a line end is no program of ours. */
const LONGEST_LINE_CHARACTERS = 4 * 1024 * 1024;
const KEPT_COMPLAINT_CHARACTERS = 600;
/** Different programs at once; each is one process of somebody's. */
const MOST_PROGRAMS = 64;

interface Running {
  child: ChildProcessWithoutNullStreams;
  /** Answers one question; rejects when the child ends or talks nonsense. */
  ask(question: OwnerQuestion, deadlineMs: number): Promise<OwnerAnswer>;
  kill(): void;
  isAlive(): boolean;
}

interface Seat {
  running: Running | null;
  turn: Promise<unknown>;
  waiting: number;
  forget: NodeJS.Timeout | null;
}

/** A first answer may take longer by this: an interpreter and its libraries are loaded once, not for each question. */
const START_ALLOWANCE_MS = 5000;

/** Starts nothing until somebody asks. */
export function createOwnerPrograms({ startAllowanceMs = START_ALLOWANCE_MS } = {}): OwnerPrograms {
  const seats = new Map<string, Seat>();
  let lastId = 0;

  async function askInTurn(
    seat: Seat,
    program: OwnerProgram,
    question: WithoutId<OwnerQuestion>,
    deadlineMs: number,
  ) {
    const isWarm = seat.running?.isAlive() === true;
    const running = isWarm && seat.running !== null ? seat.running : startProgram(program);
    seat.running = running;
    lastId += 1;
    try {
      const withId = { ...question, id: lastId } as OwnerQuestion;
      return await running.ask(withId, deadlineMs + (isWarm ? 0 : startAllowanceMs));
    } catch (failure) {
      running.kill();
      seat.running = null;
      throw failure;
    }
  }

  return {
    async ask(program, question, deadlineMs) {
      const key = keyOf(program);
      const seat = seats.get(key) ?? { running: null, turn: Promise.resolve(), waiting: 0, forget: null };
      if (!seats.has(key) && seats.size >= MOST_PROGRAMS)
        throw new OwnerProgramError(
          `${MOST_PROGRAMS} programs are being asked on this machine already; try again in a minute`,
        );
      seats.set(key, seat);
      if (seat.forget !== null) clearTimeout(seat.forget);
      seat.waiting += 1;
      const answer = seat.turn.then(() => askInTurn(seat, program, question, deadlineMs));
      seat.turn = answer.catch(() => undefined);
      try {
        return await answer;
      } finally {
        seat.waiting -= 1;
        if (seat.waiting === 0) {
          seat.forget = setTimeout(() => {
            seat.running?.kill();
            seats.delete(key);
          }, IDLE_MS).unref();
        }
      }
    },
    stop() {
      for (const { running, forget } of seats.values()) {
        running?.kill();
        if (forget !== null) clearTimeout(forget);
      }
      seats.clear();
    },
  };
}

function keyOf({ program, workingDirectory, environment }: OwnerProgram): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(Object.entries(environment).sort()))
    .digest('hex');
  return JSON.stringify([program, workingDirectory, digest]);
}

function startProgram({ program, workingDirectory, environment }: OwnerProgram): Running {
  // By a shell that changes the folder itself: Node would wait for a file server that does not answer.
  const child = spawn(
    '/bin/sh',
    ['-c', 'cd "$1" && shift && exec "$@"', 'sh', workingDirectory, ...program],
    {
      cwd: '/',
      env: environment,
      detached: true,
      stdio: 'pipe',
    },
  );
  let waiting: {
    id: number;
    resolve: (answer: OwnerAnswer) => void;
    reject: (reason: Error) => void;
  } | null = null;
  let buffered = '';
  let complaint = '';
  let isAlive = true;
  const name = visible(program.join(' ')).slice(0, 200);

  const fail = (reason: string): void => {
    const said = complaint.trim() === '' ? '' : `; it said: ${visible(complaint.trim())}`;
    waiting?.reject(new OwnerProgramError(`${name} ${reason}${said}`));
    waiting = null;
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    buffered += text;
    for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
      hear(buffered.slice(0, end));
      buffered = buffered.slice(end + 1);
    }
    if (buffered.length > LONGEST_LINE_CHARACTERS) {
      buffered = '';
      fail('wrote a line that is far too long');
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KEPT_COMPLAINT_CHARACTERS);
  });
  child.stdin.on('error', () => undefined);
  child.on('error', (failure) => {
    isAlive = false;
    fail(`could not be started: ${failure.message}`);
  });
  child.on('close', (code, signal) => {
    isAlive = false;
    fail(`ended (${signal ?? `exit code ${code}`}) before it answered`);
  });

  function hear(line: string): void {
    if (line.trim() === '' || waiting === null) return;
    const parsed = OwnerAnswer.safeParse(parseJson(line));
    if (!parsed.success) return fail(`answered what is no answer: ${visible(line).slice(0, 200)}`);
    // An answer to a question that was given up is late, not wrong.
    if (parsed.data.id !== waiting.id) return;
    waiting.resolve(parsed.data);
    waiting = null;
  }

  return {
    child,
    isAlive: () => isAlive,
    kill() {
      isAlive = false;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    },
    ask(question, deadlineMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail(`did not answer within ${deadlineMs / 1000} s`), deadlineMs);
        waiting = {
          id: question.id,
          resolve(answer) {
            clearTimeout(timer);
            resolve(answer);
          },
          reject(reason) {
            clearTimeout(timer);
            reject(reason);
          },
        };
        child.stdin.write(`${JSON.stringify(question)}\n`);
      });
    },
  };
}
