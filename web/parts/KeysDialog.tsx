/** The list of keys. */
import { useWords } from '../words/words.ts';
import { Dialog } from './Dialog.tsx';

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  return (
    <Dialog kind="question" title={words.keys.title} label={words.keys.title} onClose={onClose}>
      <dl className="facts">
        {words.keys.list.map(([keys, meaning]) => (
          <div key={keys} className="facts-row">
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
