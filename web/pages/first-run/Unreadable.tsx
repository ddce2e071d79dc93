/** Where the hub lets only those read who logged in: how to log in, instead of an empty page. */
import type { ReactNode } from 'react';
import { useAccount } from '../../live/account.ts';
import { useWords } from '../../words/words.ts';
import { LoginCommand } from './LoginCommand.tsx';
import './firstRun.css';

/** Children pass until the hub has said that this reader may not read: what they show the hub refuses by itself. */
export function Unreadable({ children }: { children: ReactNode }) {
  const words = useWords();
  const { who } = useAccount();
  if (!who || who.mayRead) return children;
  return (
    <main className="page-body">
      <div className="page-note first-step">
        <h1>{words.unreadable.title}</h1>
        <p>{words.unreadable.text}</p>
        <LoginCommand />
      </div>
    </main>
  );
}
