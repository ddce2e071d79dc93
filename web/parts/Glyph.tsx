/** The state of a GPU as a form: told by shape first, colour second, and always beside a word or in a named thing. */
import type { GpuCondition } from '../../src/fleet/gpuCondition.ts';
import './glyph.css';

export type GlyphName = GpuCondition | 'slowed';

const COLOUR: Record<GlyphName, string> = {
  free: 'free',
  working: 'working',
  'holding-idle': 'warn',
  slowed: 'warn',
  sick: 'bad',
  'no-answer': 'bad',
  offline: 'off',
  asleep: 'off',
  starting: 'off',
  maintenance: 'off',
  unknown: 'off',
};

/** Drawn 12 px on a grid of 12; hidden from screen readers, since the word stands by. */
export function Glyph({ name, size = 12 }: { name: GlyphName; size?: number }) {
  return (
    <svg
      className={`glyph ${COLOUR[name]}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      {form(name)}
    </svg>
  );
}

function form(name: GlyphName) {
  switch (name) {
    case 'free':
      return <circle cx="6" cy="6" r="4" strokeWidth="2" />;
    case 'working':
      return <circle cx="6" cy="6" r="5" fill="currentColor" stroke="none" />;
    case 'holding-idle':
      return (
        <>
          <circle cx="6" cy="6" r="4.2" strokeWidth="1.4" />
          <path d="M6 1.8a4.2 4.2 0 0 0 0 8.4z" fill="currentColor" stroke="none" />
        </>
      );
    case 'slowed':
      return <path d="M2 2l4 3.4L10 2M2 6.4l4 3.4 4-3.4" strokeWidth="1.8" strokeLinejoin="round" />;
    case 'sick':
      return (
        <>
          <path d="M6 .8L11.6 11H.4z" fill="currentColor" stroke="none" />
          <path d="M6 4.4v3M6 8.6v1.1" stroke="var(--bg)" strokeWidth="1.4" />
        </>
      );
    case 'no-answer':
      return (
        <>
          <circle cx="6" cy="6" r="5" strokeWidth="1.3" />
          <path d="M4.5 4.7c0-2 3-2 3 0 0 1.2-1.5 1.2-1.5 2.5M6 8.2v1.1" strokeWidth="1.2" />
        </>
      );
    case 'offline':
    case 'unknown':
      return <circle cx="6" cy="6" r="4.4" strokeWidth="1.5" strokeDasharray="2.2 1.8" />;
    case 'maintenance':
      return (
        <>
          <circle cx="6" cy="6" r="4.8" strokeWidth="1.3" />
          <path d="M3.6 6h4.8" strokeWidth="1.8" />
        </>
      );
    case 'asleep':
    case 'starting':
      return (
        <>
          <circle cx="6" cy="6" r="4.4" strokeWidth="1.3" />
          <path d="M6 6V1.6A4.4 4.4 0 0 1 10.4 6z" fill="currentColor" stroke="none" />
        </>
      );
  }
}
