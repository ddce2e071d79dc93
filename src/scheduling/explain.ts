/**
 * A reason to wait as a sentence, the same for page, `show`, `why` and the API, in both languages:
 * `GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)`.
 */
import { visible } from '../lib/displayText.ts';
import { formatDuration } from '../lib/durations.ts';
import type { WaitingReason } from '../model/waiting.ts';
import type { ExplainWords, ReasonWords } from './explainWords.ts';
import { explainEn } from './explainWordsEn.ts';
import { troubleText } from './remarkText.ts';

export interface ExplainOptions {
  /** English where nothing is said. */
  words?: ExplainWords;
  /** For what waits for a time: how long from now. */
  nowMs: number;
  /** Leaves the node's name out where there is only one. */
  isOneNode?: boolean;
}

/** One sentence, without a full stop; names from outside are harmless in it. */
export function explain(reason: WaitingReason, options: ExplainOptions): string {
  return visible(sentence(reason, options));
}

function sentence(
  reason: WaitingReason,
  { words: { language, reasons: words, remarks, task } = explainEn, nowMs, isOneNode }: ExplainOptions,
): string {
  const gpu = (node: string, index: number) => (isOneNode ? `GPU ${index}` : `${node} GPU ${index}`);
  const inTime = (untilMs: number) => formatDuration(Math.max(0, untilMs - nowMs), language);
  switch (reason.kind) {
    case 'memory': {
      const { free, asked, short, unit } = memoryFigures(reason);
      const held =
        reason.holder === null
          ? null
          : words.held(inUnit(reason.holder.bytes, unit), holderText(reason.holder, words));
      return words.memory(gpu(reason.node, reason.gpuIndex), `${short} ${unit}`, free, asked, held);
    }
    case 'gpus':
      return words.gpus(reason.node, reason.fitting, reason.asked);
    case 'warm-up':
      return words.warmUp(gpu(reason.node, reason.gpuIndex), reason.task);
    case 'strangers':
      return words.strangers(
        gpu(reason.node, reason.gpuIndex),
        reason.holder && holderText(reason.holder, words),
      );
    case 'limit':
      return words.limit[reason.limit](reason.running, reason.allowed, reason.handStarted);
    case 'dependency':
      return words.dependency(reason.task, reason.wanted, task.state[reason.state]);
    case 'time':
      return words.time(inTime(reason.untilMs));
    case 'backoff':
      return words.backoff(inTime(reason.untilMs), task.class[reason.class], reason.retry, reason.budget);
    case 'previous-run':
      return words.previousRun(reason.run);
    case 'reservation':
      return words.reservation(reason.node, reason.task);
    case 'paused': {
      const said = reason.trouble === null ? reason.message : troubleText(reason.trouble, remarks);
      return said === null ? words.paused[reason.by] : words.pausedWith(words.paused[reason.by], said);
    }
    case 'held':
      return words.heldBy[reason.by];
    case 'nodes':
      return words.nodes(reason);
    case 'turn':
      return words.turn(reason.before);
    case 'impossible':
      return words.impossible(
        reason.askedGpus,
        reason.askedBytes === null ? null : withUnit(reason.askedBytes),
        reason.mostGpus,
        reason.largestBytes === null ? null : withUnit(reason.largestBytes),
      );
  }
}

type Unit = 'GiB' | 'MiB';

const holderText = (
  { pid, owner, task }: { pid: number | null; owner: string | null; task: string | null },
  words: ReasonWords,
): string => words.holder(task, pid, owner) || words.nobody;

/** Free, asked and short in one unit, so that the reader's own subtraction comes out. */
function memoryFigures({ freeBytes, askedBytes }: { freeBytes: number; askedBytes: number }) {
  const unit: Unit = askedBytes - freeBytes < 0.1 * 2 ** 30 ? 'MiB' : 'GiB';
  const free = inUnit(freeBytes, unit);
  const asked = inUnit(askedBytes, unit);
  return { free, asked, short: tidy(Number(asked) - Number(free)), unit };
}

const inUnit = (bytes: number, unit: Unit): string =>
  unit === 'GiB' ? tidy(bytes / 2 ** 30) : String(Math.round(bytes / 2 ** 20));
const withUnit = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${inUnit(bytes, 'GiB')} GiB` : `${inUnit(bytes, 'MiB')} MiB`;
/** One decimal, none where it is 0. */
const tidy = (value: number): string => String(Number(value.toFixed(1)));
