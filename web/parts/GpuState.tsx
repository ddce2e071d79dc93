/** The state of a GPU in words: glyph, word, "slowed" beside it, and since when where that is known. */
import type { GpuCondition } from '../../src/fleet/gpuCondition.ts';
import { isSlowed, WORKING_PERCENT } from '../../src/fleet/gpuCondition.ts';
import type { FleetGpu } from '../../src/fleet/view.ts';
import { ailmentWords } from '../../src/fleet/words.ts';
import { useHubNow } from '../live/hubClock.ts';
import { idleSince, type Recent } from '../live/recent.ts';
import type { Words } from '../words/en.ts';
import { clockTime, span } from '../words/figures.ts';
import { newestXid } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { Glyph } from './Glyph.tsx';
import './gpuState.css';

const STATE_COLOUR: Record<GpuCondition, string> = {
  free: 'free',
  working: 'working',
  'holding-idle': 'warn',
  sick: 'bad',
  'no-answer': 'bad',
  offline: 'off',
  asleep: 'off',
  starting: 'off',
  maintenance: 'off',
  unknown: 'off',
};

interface GpuStateProps {
  gpu: FleetGpu;
  condition: GpuCondition;
  withGlyph?: boolean;
}

/** A sick one says how, where the driver told; the rule behind the word is its title. Since when is left to GpuNote. */
export function GpuState({ gpu, condition, withGlyph = true }: GpuStateProps) {
  const words = useWords();
  const slowed = condition === 'working' && isSlowed(gpu);
  const word =
    condition === 'sick' && gpu.state !== 'ok' ? words.gpuState[gpu.state] : words.condition[condition];
  const rule = condition in words.rule ? words.rule[condition as keyof Words['rule']] : undefined;
  return (
    <span className="gpu-state" title={rule}>
      {withGlyph && <Glyph name={condition} />}
      <span className={STATE_COLOUR[condition]}>{word}</span>
      {slowed && (
        <span className="warn">
          <Glyph name="slowed" /> {words.condition.slowed}
        </span>
      )}
    </span>
  );
}

/** What stands behind the state, in one sentence: why sick, how long idle, the rule of "free", what holds the clock. */
export function GpuNote({ gpu, condition, recent }: GpuStateProps & { recent: Recent | null }) {
  const words = useWords();
  const nowMs = useHubNow();
  const isDivided = gpu.migMode === true && gpu.utilizationPercent === null;
  if (isDivided && (condition === 'working' || condition === 'free' || condition === 'unknown'))
    return <span>{words.gpu.divided}</span>;
  switch (condition) {
    case 'sick':
      return (
        <span className="bad">
          {[newestXid(words, gpu), ailmentWords(words, gpu)].filter((part) => part !== null).join(' · ')}
        </span>
      );
    case 'free':
      return <span>{words.rule.freeShort}</span>;
    case 'holding-idle': {
      const idle = recent && idleSince(recent, gpu, WORKING_PERCENT);
      const since = gpu.holders[0]?.sinceMs ?? null;
      const time = idle && span(words, Math.max(10_000, nowMs - idle.sinceMs));
      const text = idle
        ? (idle.orLonger ? words.gpu.idleAtLeast : words.gpu.idleFor)(time ?? '')
        : since === null
          ? words.condition['holding-idle']
          : words.gpu.heldSince(clockTime(since, nowMs));
      return <span className="warn">{text}</span>;
    }
    case 'working':
      return isSlowed(gpu) ? (
        <span className="warn">
          {(gpu.throttleReasons ?? []).map((reason) => words.throttle[reason]).join('; ')}
        </span>
      ) : (
        <HeldSince gpu={gpu} />
      );
    case 'no-answer':
    case 'offline':
      return <span className="quiet">{words.gpu.lastKnown}</span>;
    default:
      return null;
  }
}

function HeldSince({ gpu }: { gpu: FleetGpu }) {
  const words = useWords();
  const nowMs = useHubNow();
  const since = gpu.holders[0]?.sinceMs ?? null;
  return since === null ? null : <span>{words.gpu.heldSince(clockTime(since, nowMs))}</span>;
}
