/** The keeper on the agent's link: edits go to the hub and are told again until it took them; requests come back. */
import type { Clock } from '../../io/clock.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import type { TableEdits } from '../../protocol/tableSync.ts';
import type { HubLink, HubNotice } from '../hubLink.ts';
import { type TableSync, TableSyncError } from './tableSync.ts';

/** A hub that took no edits by then is asked once more by the keeper. */
const TAKEN_WITHIN_MS = 10_000;
/** Edits are rare messages to the hub; the next try of what it did not take waits a little. */
const TRY_AGAIN_MS = 2000;

export interface TablesConnection {
  /** For the keeper: true once the hub took them. */
  tell(edits: TableEdits): Promise<boolean>;
  hear(message: HubNotice): void;
}

/** Nothing is kept here: while no hub listens, edits stay with the keeper. */
export function connectTables(link: () => HubLink, clock: Clock): TablesConnection {
  const waiting = new Map<number, (isTaken: boolean) => void>();
  let lastId = 0;
  return {
    tell: (edits) =>
      new Promise((resolve) => {
        lastId += 1;
        const id = lastId;
        const isTold = link().tell({ type: 'table-edits', id, edits });
        const forget = clock.after(isTold ? TAKEN_WITHIN_MS : TRY_AGAIN_MS, () => {
          waiting.delete(id);
          resolve(false);
        });
        waiting.set(id, (isTaken) => {
          forget();
          resolve(isTaken);
        });
      }),
    hear(message) {
      if (message.type !== 'table-edits-taken') return;
      waiting.get(message.id)?.(true);
      waiting.delete(message.id);
    },
  };
}

type TableRequest = Extract<AgentRequest, { kind: 'keep-table' | 'write-table' | 'forget-table' }>;

/** Answers one request about a table. */
export async function answerTables(tables: TableSync | null, request: TableRequest): Promise<AgentAnswer> {
  if (!tables) return { kind: 'failed', code: 'no-tables', message: 'this agent keeps no tables' };
  try {
    switch (request.kind) {
      case 'keep-table':
        await tables.keep(request.keep);
        return { kind: 'kept' };
      case 'write-table':
        return { kind: 'table-written', written: await tables.write(request.write) };
      case 'forget-table':
        await tables.forget(request.table);
        return { kind: 'kept' };
    }
  } catch (failure) {
    const code = failure instanceof TableSyncError ? `table-${failure.code}` : 'table-failed';
    const message = failure instanceof Error ? failure.message : String(failure);
    return { kind: 'failed', code, message: message.slice(0, MAX_MESSAGE_CHARACTERS) };
  }
}
