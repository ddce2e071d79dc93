/** What explain.ts needs to say why something waits: explainWordsEn.ts and explainWordsZh.ts, since the page loads a language when it is wanted. */
import type { TaskWords } from '../fleet/taskWords.ts';
import type { Language } from '../fleet/words.ts';
import type { WaitingReason } from '../model/waiting.ts';
import type { RemarkWords } from './remarkText.ts';

export interface ExplainWords {
  language: Language;
  reasons: ReasonWords;
  remarks: RemarkWords;
  task: TaskWords;
}

type Of<Kind extends WaitingReason['kind']> = Extract<WaitingReason, { kind: Kind }>;

export interface ReasonWords {
  memory(gpu: string, short: string, free: string, asked: string, held: string | null): string;
  held(bytes: string, holder: string): string;
  nobody: string;
  /** A holder by its task or process, and whose it is. */
  holder(task: string | null, pid: number | null, owner: string | null): string;
  gpus(node: string, fitting: number, asked: number): string;
  warmUp(gpu: string, task: string): string;
  strangers(gpu: string, holder: string | null): string;
  limit: Record<Of<'limit'>['limit'], (running: number, allowed: number, handStarted: number) => string>;
  dependency(task: string, wanted: 'ok' | 'end', state: string): string;
  time(duration: string): string;
  backoff(duration: string, endClass: string, retry: number, budget: number | null): string;
  previousRun(run: number): string;
  reservation(node: string, task: string): string;
  paused: Record<Of<'paused'>['by'], string>;
  pausedWith(paused: string, message: string): string;
  heldBy: Record<Of<'held'>['by'], string>;
  nodes(reason: Of<'nodes'>): string;
  turn(before: number): string;
  impossible(gpus: number, bytes: string | null, mostGpus: number, largest: string | null): string;
}
