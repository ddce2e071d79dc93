/** What is asked of a report in more than one place. */
import type { AttemptReport } from '../../protocol/supervision.ts';

export type ReportChange = Partial<Omit<AttemptReport, 'attempt' | 'fence' | 'sequence'>>;

/** Nothing of the attempt lives, and nothing will. */
export const isFinalReport = ({ state }: Pick<AttemptReport, 'state'>): boolean =>
  state === 'ended' || state === 'never-started';
