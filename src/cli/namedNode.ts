/** The machine that a person means by a name, the same in every command. */
import type { NodeStatus } from '../model/node.ts';
import { CommandFailure, EXIT } from './context.ts';
import type { Words } from './words/words.ts';

/**
 * By its id, else by its alias or name; of several of one name the one with an agent: a machine that changes over is known
 * by its older system too. @throws CommandFailure where there is none or several, naming those there are.
 */
export function namedNode(nodes: readonly NodeStatus[], wanted: string, { kill: words }: Words): NodeStatus {
  const byId = nodes.find((node) => node.id === wanted);
  if (byId) return byId;
  const called = nodes.filter((node) => node.alias === wanted || node.name === wanted);
  const withAgent = called.filter(({ source }) => source === null);
  const named = withAgent.length === 1 ? withAgent : called;
  const [only] = named;
  if (only && named.length === 1) return only;
  throw named.length === 0
    ? new CommandFailure(
        EXIT.usage,
        words.unknownNode(wanted),
        words.nodesHint(nodes.map((node) => node.name).join(', ')),
      )
    : new CommandFailure(
        EXIT.usage,
        words.severalNodes(wanted),
        words.nodesHint(named.map((node) => node.id).join(', ')),
      );
}
