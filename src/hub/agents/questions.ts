/** What the hub has asked an agent on one connection and waits for: numbered, each with its deadline. */
import type { Clock } from '../../io/clock.ts';
import { AgentAnswer } from '../../protocol/agentHub.ts';
import { HubError } from '../errors.ts';

export interface Questions {
  /**
   * Waits for the answer to a question that `send` says under the number it is given.
   * @throws HubError `node-silent` after `patienceMs`, `node-not-connected` where the connection ends before.
   */
  ask(send: (id: number) => void, patienceMs: number): Promise<AgentAnswer>;
  /** False where nothing of that number was asked, or it was given up. */
  hear(id: number, answer: unknown): boolean;
  /** True while the answer of that number is awaited. */
  isAwaited(id: number): boolean;
  /** The connection ended: nobody answers any more. */
  giveUp(): void;
}

/** None at first. */
export function questions(clock: Clock): Questions {
  const waiting = new Map<number, (answer: AgentAnswer | HubError) => void>();
  let next = 1;

  return {
    ask(send, patienceMs) {
      const id = next++;
      return new Promise((resolve, reject) => {
        const forget = clock.after(patienceMs, () => {
          waiting.delete(id);
          reject(
            new HubError(
              504,
              'node-silent',
              `this node did not answer within ${patienceMs / 1000} s`,
              'try again; the node may be overloaded',
            ),
          );
        });
        waiting.set(id, (answer) => {
          forget();
          waiting.delete(id);
          if (answer instanceof HubError) reject(answer);
          else resolve(answer);
        });
        send(id);
      });
    },
    hear(id, answer) {
      const settle = waiting.get(id);
      if (!settle) return false;
      const parsed = AgentAnswer.safeParse(answer);
      settle(
        parsed.success
          ? parsed.data
          : new HubError(502, 'bad-answer', 'the agent answered something this hub does not know'),
      );
      return true;
    },
    isAwaited: (id) => waiting.has(id),
    giveUp() {
      for (const settle of [...waiting.values()]) {
        settle(
          new HubError(
            503,
            'node-not-connected',
            'the connection to this node broke',
            'try again in a moment',
          ),
        );
      }
    },
  };
}
