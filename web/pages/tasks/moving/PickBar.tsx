/** Stands in place of the tools while a row is chosen before which others go. */
import { useWords } from '../../../words/words.ts';
import type { Moved } from './moves.ts';

interface PickBarProps {
  picking: Moved;
  onEnd: () => void;
  onLeave: () => void;
}

/** Says what moves and offers what is no row: the end of the line, or nowhere. Rows and keys are the table's. */
export function PickBar({ picking: { ids }, onEnd, onLeave }: PickBarProps) {
  const words = useWords();
  const what = ids.length === 1 ? (ids[0] ?? '') : words.tasks.chosenWords(ids.length);
  return (
    <>
      <span className="choice-words" role="status">
        <strong>{words.move.where(what)}</strong> {words.move.how}{' '}
        <span className="by-keys">{words.move.howByKeys}</span>
      </span>
      <button type="button" className="button" onClick={onEnd}>
        {words.move.last}
      </button>
      <button type="button" className="button" onClick={onLeave}>
        {words.move.leave}
      </button>
    </>
  );
}
