/** The machines that joined: their ids, aliases, hashed credentials and maintenance, in `DATA/nodes.json`. */
import { join } from 'node:path';
import * as z from 'zod';
import { openRecordFile } from '../../io/recordFile.ts';
import { instantMs, name } from '../../model/fields.ts';
import { Maintenance } from '../../model/node.ts';
import { formatToken, hashSecret, matchesHash, newId, newSecret, parseToken } from '../accounts/secrets.ts';

const KnownNode = z.object({
  id: name,
  name,
  alias: name.nullable(),
  /** What the machine calls itself; joining again with the same one keeps the node's id. */
  machineId: z.string(),
  tokenHash: z.string(),
  /**
   * Whether an administrator lets it run tasks (trust.md, 6): joining is not being trusted. Null: nobody has said, and it
   * shows figures only.
   */
  mayRun: z.boolean().nullable().default(null),
  joinedAtMs: instantMs,
  /** Files of the first versions do not tell. */
  maintenance: Maintenance.nullable().default(null),
});
export type KnownNode = z.infer<typeof KnownNode>;

const MAX_NODES = 5000;

export interface NodeRegistry {
  list(): KnownNode[];
  /**
   * Gives a machine its own credential; an earlier one of the same machine ends. Whoever comes by a join token may name
   * any machine id: whether it runs tasks is asked again.
   * @param mayRun for a machine in this very process: it may, unless an administrator said otherwise.
   */
  join(
    machine: { hostname: string; machineId: string },
    nowMs: number,
    mayRun?: true,
  ): Promise<{ node: KnownNode; nodeToken: string }>;
  get(id: string): KnownNode | null;
  /** The node that this machine already is, or null. */
  find(machineId: string): KnownNode | null;
  /** The node that a credential belongs to. */
  check(nodeToken: string): KnownNode | null;
  /** What an administrator says of it; null where there is none of that id. */
  change(
    id: string,
    said: Partial<Pick<KnownNode, 'alias' | 'mayRun' | 'maintenance' | 'machineId'>>,
  ): Promise<KnownNode | null>;
  /** Those of them that it knows; the file is written once, however many. */
  forget(ids: Iterable<string>): Promise<void>;
}

/**
 * Opens the registry of a data folder.
 * @throws DamagedFile where the file cannot be understood.
 */
export async function openNodeRegistry(dataFolder: string): Promise<NodeRegistry> {
  const file = await openRecordFile(join(dataFolder, 'nodes.json'), (record) => KnownNode.parse(record));
  const nodes = new Map(file.loaded.map((node) => [node.id, node]));
  const save = (): Promise<void> => file.save([...nodes.values()]);

  const find = (machineId: string): KnownNode | null =>
    [...nodes.values()].find((node) => node.machineId === machineId) ?? null;

  return {
    list: () => [...nodes.values()],
    get: (id) => nodes.get(id) ?? null,
    find,
    async join({ hostname, machineId }, nowMs, mayRun) {
      const before = find(machineId);
      if (!before && nodes.size >= MAX_NODES) throw new Error(`this hub knows ${MAX_NODES} machines already`);
      const secret = newSecret();
      const id = before?.id ?? newId();
      const node: KnownNode = {
        id,
        name: hostname,
        alias: before?.alias ?? null,
        machineId,
        tokenHash: hashSecret(secret),
        mayRun: mayRun === undefined ? null : (before?.mayRun ?? mayRun),
        joinedAtMs: nowMs,
        maintenance: before?.maintenance ?? null,
      };
      nodes.set(id, node);
      await save().catch((failure: unknown) => {
        // The machine goes on with the credential that it has.
        if (before) nodes.set(id, before);
        else nodes.delete(id);
        throw failure;
      });
      return { node, nodeToken: formatToken(id, secret) };
    },
    check(nodeToken) {
      const parts = parseToken(nodeToken);
      const node = parts ? nodes.get(parts.id) : undefined;
      return parts && node && matchesHash(parts.secret, node.tokenHash) ? node : null;
    },
    async change(id, said) {
      const node = nodes.get(id);
      if (!node) return null;
      const changed = { ...node, ...said };
      nodes.set(id, changed);
      await save().catch((failure: unknown) => {
        // What is not on disk would be undone by the next start without a word.
        nodes.set(id, node);
        throw failure;
      });
      return changed;
    },
    async forget(ids) {
      const gone = [...ids].flatMap((id) => nodes.get(id) ?? []);
      if (gone.length === 0) return;
      for (const { id } of gone) nodes.delete(id);
      await save().catch((failure: unknown) => {
        // As with a change: the next start would know them again.
        for (const node of gone) nodes.set(node.id, node);
        throw failure;
      });
    },
  };
}
