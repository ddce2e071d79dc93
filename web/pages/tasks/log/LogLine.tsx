/** One line of a log, as text and colours; and what stands for a middle that is not here. */
import { memo } from 'react';
import { size, whole } from '../../../words/figures.ts';
import { useWords } from '../../../words/words.ts';
import type { LogItem } from './logReading.ts';
import type { LogSpan } from './logText.ts';

type LineItem = Extract<LogItem, { kind: 'line' }>;

export const Line = memo(function Line({
  item,
  isFound,
  search,
}: {
  item: LineItem;
  isFound: boolean;
  search: string | null;
}) {
  const { line, number, stream } = item;
  const hits = search !== null && search !== '' && line.text.toLowerCase().includes(search.toLowerCase());
  const kind = `${line.isError ? ' is-error' : ''}${stream === 'err' ? ' is-err' : ''}${isFound ? ' is-found' : hits ? ' is-hit' : ''}`;
  return (
    <div className={`log-line${kind}`}>
      <span className="log-number">{number === null ? '' : whole(number)}</span>
      <span className="log-text">{line.spans.map(drawn)}</span>
    </div>
  );
});

function drawn({ text, style }: LogSpan, place: number) {
  const kind = [
    style.colour === null ? '' : `log-${style.colour}`,
    style.bold ? 'log-bold' : '',
    style.dim ? 'log-dim' : '',
    style.underlined ? 'log-underlined' : '',
  ]
    .filter((each) => each !== '')
    .join(' ');
  return (
    <span key={place} className={kind === '' ? undefined : kind}>
      {text}
    </span>
  );
}

/** Says how much it is; only what is still kept has the button that reads it. */
export function Gap({ item, onShow }: { item: Extract<LogItem, { kind: 'gap' }>; onShow: () => void }) {
  const words = useWords();
  const bytes = size(item.toByte - item.fromByte);
  return (
    <div className="log-gap">
      {item.canShow ? words.log.leftOut(bytes) : words.log.notKept(bytes)}
      {item.canShow && (
        <>
          {' · '}
          <button type="button" className="text-button" onClick={onShow}>
            {words.log.show}
          </button>
        </>
      )}
    </div>
  );
}
