/** A hub to which no machine reports yet. */
import { useAccount } from '../../live/account.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { useWords } from '../../words/words.ts';
import { CommandLine } from './CommandLine.tsx';
import './firstRun.css';

/**
 * Gives the command that joins a machine, with the address that the hub tells to others, else this page's own; the
 * token is left to the reader, since the page does not know it.
 */
export function EmptyFleet() {
  const words = useWords();
  const { who } = useAccount();
  const hub = who?.joinAddress ?? location.origin;
  return (
    <main className="page-body">
      <div className="page-note first-step">
        <h1>{words.empty.title}</h1>
        <p>{words.empty.text}</p>
        <p>
          <CodeText text={words.first.elsewhereThen(hub)} />
        </p>
        <CommandLine text={`FLOWLINE_JOIN_TOKEN=… flowline agent join ${hub}`} />
      </div>
    </main>
  );
}
