/**
 * The hidden role `table-keeper [FOLDER]`: the keeper in a process of its own. Tables lie in homes, and homes on file
 * servers that may hang; a hundred thousand rows take their time to be read. Neither may stop the agent. It ends when
 * its stdin does, as it does when the agent is killed.
 */
import { createInterface } from 'node:readline';
import { parseJson } from '../../lib/json.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import { startKeeper } from './keeper.ts';
import { type FromKeeper, ToKeeper } from './messages.ts';
import { TableSyncError } from './tableSync.ts';

/** Runs until stdin ends. */
export async function runKeeperChild(args: readonly string[]): Promise<void> {
  const say = (message: FromKeeper): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  // The agent is gone: what is being written is written, and then this ends.
  process.stdout.on('error', () => undefined);
  const hearing = new Map<number, (isTaken: boolean) => void>();
  let lastId = 0;
  const keeper = startKeeper({
    uid: process.getuid?.() ?? 0,
    sidecarFolder: args[0] ?? null,
    tell: (edits) => {
      lastId += 1;
      const id = lastId;
      say({ say: 'edits', id, edits });
      return new Promise((resolve) => hearing.set(id, resolve));
    },
  });
  const answer = (id: number, work: Promise<FromKeeper & { say: 'done' }>): void => {
    work.then(say, (failure: unknown) =>
      say({
        say: 'failed',
        id,
        code: failure instanceof TableSyncError ? failure.code : 'failed',
        message: (failure instanceof Error ? failure.message : String(failure)).slice(
          0,
          MAX_MESSAGE_CHARACTERS,
        ),
      }),
    );
  };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const asked = ToKeeper.safeParse(parseJson(line));
    if (!asked.success) {
      process.stderr.write('table-keeper: a message was not understood\n');
      continue;
    }
    const { data: message } = asked;
    const { id } = message;
    if (message.say === 'heard') {
      hearing.get(id)?.(message.isTaken);
      hearing.delete(id);
    } else if (message.say === 'keep')
      answer(
        id,
        keeper.keep(message.keep).then(() => ({ say: 'done', id, written: null })),
      );
    else if (message.say === 'write')
      answer(
        id,
        keeper.write(message.write).then((written) => ({ say: 'done', id, written })),
      );
    else
      answer(
        id,
        keeper.forget(message.table).then(() => ({ say: 'done', id, written: null })),
      );
  }
  for (const resolve of hearing.values()) resolve(false);
  await keeper.stop();
  // A file server that hangs would hold the process.
  process.exit(0);
}
