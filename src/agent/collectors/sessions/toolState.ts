/** What of a tool's sessions was seen and what not, in words. */
import type { AgentRemark } from '../../../model/agentRemark.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';

export interface Sight {
  /** Users whose folder was read. */
  seen: number;
  /** Users whose folder or servers only they and root may look at. */
  hidden: number;
  /** What else was not seen, and why. */
  notes?: readonly AgentRemark[];
}

/** `ok` with words where only a part was seen; `denied` where nothing was. */
export function describeSight(tool: 'screen' | 'tmux', { seen, hidden, notes = [] }: Sight): SourceState {
  const [first, ...others] = [
    ...(hidden > 0 ? [{ kind: 'sessions-hidden', tool, users: hidden } as const] : []),
    ...notes,
  ];
  if (first === undefined) return { state: 'ok', message: null, remarks: null };
  return { state: seen === 0 ? 'denied' : 'ok', ...said(first, ...others) };
}
