/** The machine that a person means by a name, the same in every command. */
import type { NodeStatus } from '../model/node.ts';
import { CommandFailure, EXIT } from './context.ts';
import type { Words } from './words/words.ts';

/** By its id, else by its alias or name. @throws CommandFailure where there is none or several, naming those there are. */
export function namedNode(nodes: readonly NodeStatus[], wanted: string, { kill: words }: Words): NodeStatus {
  const byId = nodes.find((node) => node.id === wanted);
  if (byId) return byId;
  const named = nodes.filter((node) => node.alias === wanted || node.name === wanted);
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
