/**
 * The last thing each machine said, kept over a restart of the hub: a machine that was away before the restart is still
 * shown with its last truth, greyed, with its age. A file per node in `DATA/last/`, written when it goes offline and
 * when the hub stops. What connected machines said is not written meanwhile: they say it again when the hub is back.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type NodeRecord, nodeState } from '../../fleet/nodeState.ts';
import { clearHalfWritten, readFileIfThere, writeFileAtomically } from '../../io/atomicFile.ts';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { parseJson } from '../../lib/json.ts';
import { instantMs, name } from '../../model/fields.ts';
import { NodeSample, Reboot } from '../../model/node.ts';

const LastTruth = z.object({
  address: name.nullable(),
  lastSeenAtMs: instantMs,
  sample: NodeSample,
  /** Files of the first versions do not tell these two. */
  goodbye: z.enum(['stopped', 'rebooting']).nullable().default(null),
  rebooted: Reboot.nullable().default(null),
});
export type LastTruth = z.infer<typeof LastTruth>;

export interface LastTruths {
  /** What a node last said before this start; null where nothing is known of it. */
  load(nodeId: string): Promise<LastTruth | null>;
  forget(nodeId: string): Promise<void>;
  /** Writes what is not written yet, of all nodes. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5000;

/** Starts looking for machines that went offline. `records` are what is remembered of the nodes now. */
export async function keepLastTruths(
  dataFolder: string,
  records: () => NodeRecord[],
  clock: Clock,
  log: Log,
): Promise<LastTruths> {
  const folder = join(dataFolder, 'last');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await clearHalfWritten(folder);
  // Ids of agents' machines are made by this hub (hexadecimal); one of an older dialect begins with the dialect's name and
  // goes on as somebody configured or reported it. 255 bytes is the longest name of a file.
  const pathOf = (nodeId: string): string => join(folder, `${encodeURIComponent(nodeId).slice(-240)}.json`);
  const written = new Map<string, string>();
  const versionOf = ({ lastSeenAtMs, goodbye }: LastTruth): string => `${lastSeenAtMs} ${goodbye}`;

  const write = async (record: NodeRecord): Promise<void> => {
    const { id, address, lastSeenAtMs, sample, goodbye, rebooted } = record;
    if (lastSeenAtMs === null || sample === null) return;
    const truth: LastTruth = { address, lastSeenAtMs, sample, goodbye, rebooted };
    const version = versionOf(truth);
    if (written.get(id) === version) return;
    written.set(id, version);
    await writeFileAtomically(pathOf(id), JSON.stringify(truth)).catch((failure: unknown) => {
      written.delete(id);
      log.warn({ node: id, failure: String(failure) }, 'could not keep what this node last said');
    });
  };

  let writing: Promise<unknown> = Promise.resolve();
  const stopLooking = clock.every(LOOK_EVERY_MS, () => {
    const gone = records().filter((record) => nodeState(record, clock.nowMs()) === 'offline');
    writing = writing.then(() => Promise.all(gone.map(write)));
  });

  return {
    async load(nodeId) {
      const text = await readFileIfThere(pathOf(nodeId)).catch(() => null);
      const truth = text === null ? null : LastTruth.safeParse(parseJson(text));
      if (!truth?.success) return null;
      written.set(nodeId, versionOf(truth.data));
      return truth.data;
    },
    async forget(nodeId) {
      written.delete(nodeId);
      await rm(pathOf(nodeId), { force: true });
    },
    async stop() {
      stopLooking();
      await writing;
      await Promise.all(records().map(write));
    },
  };
}
