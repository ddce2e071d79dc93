/** A machine's terminal sessions with the command that attaches; for one that somebody is in, a second question. */
import { useState } from 'react';
import { hasHiddenCharacters, visible } from '../../../src/lib/displayText.ts';
import type { NodeSample } from '../../../src/model/node.ts';
import type { Session } from '../../../src/model/session.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { useWords } from '../../words/words.ts';
import { SourceNote } from './SourceNote.tsx';

interface SessionsProps {
  sessions: readonly Session[];
  sources: Pick<NodeSample['sources'], 'screen' | 'tmux'>;
}

/**
 * Copies commands and attaches to nothing. A session that tells no command, or one with hidden characters, has no
 * button.
 */
export function Sessions({ sessions, sources: { screen, tmux } }: SessionsProps) {
  const words = useWords();
  const [asked, setAsked] = useState<Session | null>(null);
  return (
    <section className="side-list">
      <h2>
        {words.sessions.title} <span className="quiet">{sessions.length}</span>
      </h2>
      <SourceNote name="screen" source={screen} />
      <SourceNote name="tmux" source={tmux} />
      {sessions.length === 0 && screen.state === 'ok' && tmux.state === 'ok' && (
        <p className="quiet">{words.sessions.none}</p>
      )}
      <ul>
        {sessions.map((session) => (
          <li key={`${session.kind} ${session.id}`}>
            <Icon name="terminal" />
            <span className="ellipsis grow">
              <strong>{visible(session.name)}</strong> {session.kind}
              {session.user !== null && ` · ${visible(session.user)}`}
              {session.attached !== null && (
                <span className={session.attached ? 'warn' : ''}>
                  {' '}
                  · {session.attached ? words.sessions.attached : words.sessions.detached}
                </span>
              )}
            </span>
            {session.attachCommand !== null && !hasHiddenCharacters(session.attachCommand) && (
              <AttachButton
                session={session}
                command={session.attachCommand}
                onAsk={() => setAsked(session)}
              />
            )}
          </li>
        ))}
      </ul>
      {asked && asked.attachCommand !== null && (
        <Dialog
          kind="question"
          title={visible(asked.name)}
          label={words.sessions.title}
          onClose={() => setAsked(null)}
        >
          <p>{words.sessions.takeOver}</p>
          <div className="command-box">{asked.attachCommand}</div>
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => setAsked(null)}>
              {words.close}
            </button>
            <CopyButton text={asked.attachCommand} what={asked.attachCommand} withWord />
          </div>
        </Dialog>
      )}
    </section>
  );
}

function AttachButton({ session, command, onAsk }: { session: Session; command: string; onAsk: () => void }) {
  const words = useWords();
  if (session.attached !== true) return <CopyButton text={command} what={command} />;
  return (
    <button type="button" className="icon-button copy" aria-label={words.copyNamed(command)} onClick={onAsk}>
      <Icon name="copy" />
    </button>
  );
}
