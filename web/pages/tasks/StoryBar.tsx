/** One attempt's memory on its card, as a bar in its owner's colour; which figures those are is left to the story. */
import { useContext } from 'react';
import { OwnerColours } from '../../parts/MemoryBar.tsx';

interface StoryBarProps {
  owner: string;
  usedBytes: number;
  /** Promised beyond what is used: dashed. */
  moreBytes?: number;
  /** Wanted and not there: hatched. */
  hatchBytes?: number;
  totalBytes: number;
  text: string;
}

/** As shares of the card's whole memory; `text` says the figures, beside the bar and for screen readers. */
export function StoryBar({
  owner,
  usedBytes,
  moreBytes = 0,
  hatchBytes = 0,
  totalBytes,
  text,
}: StoryBarProps) {
  const colours = useContext(OwnerColours);
  const share = (bytes: number) => ({ width: `${Math.min(100, (100 * bytes) / totalBytes)}%` });
  return (
    <div className="story-bar">
      <div className="memory-bar h12" role="img" aria-label={text}>
        <span className={`o${colours.get(owner) ?? 3}`} style={share(usedBytes)} />
        {hatchBytes > 0 && (
          <span className="unaccounted" style={share(Math.min(hatchBytes, totalBytes - usedBytes))} />
        )}
        {moreBytes > 0 && <span className="is-asked" style={share(moreBytes)} />}
      </div>
      <span aria-hidden="true">{text}</span>
    </div>
  );
}
