/** The state of a run as a form, told by shape first; its word stands beside it. */
import type { RunState } from '../../src/model/task.ts';
import { useWords } from '../words/words.ts';
import './glyph.css';

/** The colour of a state's glyph and word. */
export const RUN_COLOUR: Record<RunState, string> = {
  held: 'off',
  queued: 'off',
  starting: 'working',
  running: 'working',
  stopping: 'working',
  unreachable: 'off',
  succeeded: 'free',
  failed: 'bad',
  cancelled: 'off',
  timed_out: 'bad',
  impossible: 'bad',
  lost: 'bad',
};

/** Drawn 12 px on a grid of 12; hidden from screen readers, since the word stands by. */
export function RunGlyph({ state, size = 12 }: { state: RunState; size?: number }) {
  return (
    <svg
      className={`glyph ${RUN_COLOUR[state]}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      {form(state)}
    </svg>
  );
}

function form(state: RunState) {
  switch (state) {
    case 'queued':
      return <path d="M1.5 2.5h9M1.5 6h9M1.5 9.5h5.5" />;
    case 'held':
      return <path d="M3.8 1.5v9M8.2 1.5v9" strokeWidth="2" />;
    case 'starting':
      return (
        <>
          <circle cx="6" cy="6" r="4.6" strokeWidth="1.3" strokeDasharray="2 1.6" />
          <path d="M6 1.4A4.6 4.6 0 0 1 10.6 6" strokeWidth="2" />
        </>
      );
    case 'running':
      return <circle cx="6" cy="6" r="5" fill="currentColor" stroke="none" />;
    case 'stopping':
      return (
        <>
          <circle cx="6" cy="6" r="5" fill="currentColor" stroke="none" />
          <path d="M4.2 4.2h3.6v3.6H4.2z" fill="var(--surface)" stroke="none" />
        </>
      );
    case 'succeeded':
      return <path d="M1.5 6.5l3 3 6-7" strokeWidth="1.9" />;
    case 'failed':
      return <path d="M2 2l8 8M10 2l-8 8" strokeWidth="1.9" />;
    case 'timed_out':
      return <path d="M2 1h8L6 6zM2 11h8L6 6z" fill="currentColor" stroke="none" />;
    case 'cancelled':
      return (
        <>
          <circle cx="6" cy="6" r="4.6" />
          <path d="M2.8 9.2l6.4-6.4" />
        </>
      );
    case 'impossible':
      return (
        <>
          <path d="M1.7 1.7h8.6v8.6H1.7z" />
          <path d="M2 10l8-8" />
        </>
      );
    case 'unreachable':
      return <circle cx="6" cy="6" r="4.4" strokeDasharray="2.2 1.8" />;
    case 'lost':
      return (
        <>
          <path d="M6 .8L11.6 11H.4z" fill="currentColor" stroke="none" />
          <path d="M6 4.4v3M6 8.6v1.1" stroke="var(--bg)" strokeWidth="1.4" />
        </>
      );
  }
}

/** Glyph and word of a state. */
export function RunStateWord({ state }: { state: RunState }) {
  const words = useWords();
  return (
    <span className="run-state">
      <RunGlyph state={state} />
      <span className={RUN_COLOUR[state]}>{words.runState[state]}</span>
    </span>
  );
}
