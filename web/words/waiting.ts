/**
 * Why a run waits, in the parts that the page draws: where, what is short, and the arithmetic behind it. The data are the
 * scheduler's (model/waiting.ts); the commands say the same as one sentence.
 */
import { visible } from '../../src/lib/displayText.ts';
import type { WaitingReason } from '../../src/model/waiting.ts';
import { troubleText } from '../../src/scheduling/remarkText.ts';
import type { Words } from './en.ts';
import { gibShort, soon, span, whole } from './figures.ts';

export interface WaitingParts {
  /** `vega GPU 3`, `after `: before what is told. */
  lead: string;
  /** What it is about, in bold. */
  strong: string;
  /** What follows it; goes on the sentence where it begins with a space, else stands apart. */
  rest: string;
  /** The arithmetic, in a second line; null where there is none. */
  second: string | null;
}

const GIB = 2 ** 30;
/** Exact to a tenth, and whole where it is whole: 42, 20.6. */
export const gibOf = (bytes: number): string => {
  const tenths = Math.round((bytes / GIB) * 10) / 10;
  return Number.isInteger(tenths) ? whole(tenths) : tenths.toFixed(1);
};

/** The parts of a reason. */
export function waitingParts(words: Words, reason: WaitingReason, nowMs: number): WaitingParts {
  const { why } = words;
  const parts = (lead: string, strong: string, rest = '', second: string | null = null): WaitingParts => ({
    lead,
    strong,
    rest,
    second,
  });
  const card = (node: string, index: number): string =>
    `${words.tasks.gpuOf(visible(node), String(index))}${words.language === 'zh' ? '：' : ': '}`;
  switch (reason.kind) {
    case 'memory':
      return parts(
        card(reason.node, reason.gpuIndex),
        why.short(gibOf(Math.max(0, reason.askedBytes - reason.freeBytes))),
        '',
        memoryArithmetic(words, reason),
      );
    case 'gpus':
      return parts(why.gpus(visible(reason.node)), why.gpusFit(reason.fitting, reason.asked), why.gpusRest);
    case 'warm-up':
      return parts(card(reason.node, reason.gpuIndex), why.warmUp, why.warmUpRest(reason.task));
    case 'strangers':
      return parts(
        card(reason.node, reason.gpuIndex),
        why.strangers,
        why.strangersRest(reason.holder === null ? why.nobody : holderName(words, reason.holder)),
      );
    case 'limit':
      return parts(
        why.limit[reason.limit],
        reason.limit === 'user'
          ? why.limitGpus(reason.running, reason.allowed)
          : why.limitOf(reason.running, reason.allowed),
        reason.handStarted > 0 ? why.handStarted(reason.handStarted) : '',
      );
    case 'dependency': {
      const { before, task, ok, end } = why.after(reason.task);
      return parts(
        before,
        task,
        `${reason.wanted === 'ok' ? ok : end} · ${why.dependencyState(words.runState[reason.state])}`,
      );
    }
    case 'time':
      return parts('', why.until(soon(words, reason.untilMs, nowMs)));
    case 'backoff':
      return parts(
        '',
        why.nextTry(span(words, Math.max(0, reason.untilMs - nowMs))),
        why.retryOf(words.endClass[reason.class], reason.retry, reason.budget),
      );
    case 'previous-run':
      return parts('', why.previousRun(reason.run));
    case 'reservation': {
      const { before, task, after } = why.reserved(reason.task);
      return parts(before, task, `${after} · ${why.reservedOn(visible(reason.node))}`);
    }
    case 'paused':
      return parts('', why.paused[reason.by], pauseWords(words, reason));
    case 'held':
      return parts('', why.held);
    case 'nodes':
      return parts('', why.noNode, nodesWords(words, reason));
    case 'turn':
      return parts('', reason.before === 0 ? why.turn : why.turnBefore(whole(reason.before)));
    case 'impossible':
      return parts(
        '',
        reason.askedBytes !== null && reason.largestBytes !== null && reason.askedBytes > reason.largestBytes
          ? why.impossible(gibOf(reason.askedBytes), gibOf(reason.largestBytes))
          : why.impossibleGpus(reason.askedGpus, reason.mostGpus),
      );
  }
}

type MemoryReason = Extract<WaitingReason, { kind: 'memory' }>;

/** `30 free, 42 asked; 18 held by pid 4711, alice` */
function memoryArithmetic(words: Words, reason: MemoryReason): string {
  const { why } = words;
  const held: string[] = [];
  const holder = reason.holder;
  if (holder?.task != null) held.push(why.promisedTo(gibOf(holder.bytes), holder.task));
  else if (holder) held.push(why.heldBy(gibOf(holder.bytes), holderName(words, holder)));
  const isSeen = (bytes: number): boolean => gibOf(bytes) !== '0';
  if (isSeen(reason.externalBytes) && (holder === null || holder.task !== null))
    held.unshift(why.used(gibOf(reason.externalBytes)));
  if (isSeen(reason.promisedBytes) && (holder === null || holder.task === null))
    held.push(why.promised(gibOf(reason.promisedBytes)));
  if (isSeen(reason.headroomBytes)) held.push(why.headroom(gibOf(reason.headroomBytes)));
  const first = why.arithmetic(gibOf(reason.freeBytes), gibOf(reason.askedBytes));
  const comma = words.language === 'zh' ? '，' : ', ';
  const semicolon = words.language === 'zh' ? '；' : '; ';
  return held.length === 0 ? first : `${first}${semicolon}${held.join(comma)}`;
}

function holderName(
  words: Words,
  { pid, owner, task }: { pid: number | null; owner: string | null; task: string | null },
): string {
  const parts = [
    task,
    pid === null ? null : words.why.pid(pid),
    owner === null ? null : visible(owner),
  ].filter((part) => part !== null);
  return parts.length === 0 ? words.why.nobody : parts.join(words.language === 'zh' ? '，' : ', ');
}

const pauseWords = (
  { remarks }: Words,
  { message, trouble }: Extract<WaitingReason, { kind: 'paused' }>,
): string => (trouble === null ? visible(message ?? '') : troubleText(trouble, remarks));

function nodesWords(
  words: Words,
  { online, allowed, asOwner, matching, isNoGpuThere, trouble }: Extract<WaitingReason, { kind: 'nodes' }>,
): string {
  if (online === 0) return words.why.nodesOffline;
  if (allowed === 0) return words.why.nodesNotAllowed(online);
  if (asOwner === 0) return words.why.nodesNotOwner;
  if (isNoGpuThere) return words.why.nodesWithoutGpu;
  if (matching === 0) return words.why.nodesNoMatch;
  if (trouble === null) return words.why.nodesNoGpu(matching);
  const { node, gpuIndex } = trouble;
  const message = trouble.what === null ? trouble.message : troubleText(trouble.what, words.remarks);
  if (gpuIndex === null) return words.why.nodesTired(visible(node), visible(message ?? ''));
  return `${visible(node)} GPU ${gpuIndex}: ${message === null ? words.why.nodesGpuOff : visible(message)}`;
}

/** The bar of a memory reason says the same to whoever cannot see it. */
export const memoryBarLabel = (words: Words, reason: MemoryReason): string =>
  words.why.bar(
    visible(reason.node),
    reason.gpuIndex,
    gibShort(reason.externalBytes),
    gibShort(reason.promisedBytes),
    gibShort(reason.askedBytes),
    gibShort(reason.totalBytes),
  );
