/** What `?` opens: the keys of the page, with what each does. */
import { useWords } from '../words/words.ts';
import { Dialog } from './Dialog.tsx';

/** Lists what the words say and hears none of it: a new key is written there too. */
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
