/** Why a table's file cannot be kept up, in words. */
import { NotOurFile } from '../../io/ownedFile.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import { TableProblem } from '../../tables/problem.ts';

/** What is wrong, and what to do where that is known. */
export function troubleText(failure: unknown, path: string): string {
  if (failure instanceof TableProblem || failure instanceof NotOurFile)
    return failure.hint ? `${failure.message}: ${failure.hint}` : failure.message;
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : '';
  return `${path} ${TROUBLES[code] ?? `cannot be kept up: ${messageOf(failure)}`}`;
}

const TROUBLES: Record<string, string> = {
  ENOENT: 'is no longer there',
  EACCES: 'may not be written: you have no right to',
  EPERM: 'may not be written: you have no right to',
  EROFS: 'lies on a file system that is read-only',
  ENOSPC: 'cannot be written: its disk is full',
  EDQUOT: 'cannot be written: your share of its disk is used up',
  ESTALE: 'is on a file server that lost it',
};

export const cutMessage = (text: string): string => text.slice(0, MAX_MESSAGE_CHARACTERS);

export const messageOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);
