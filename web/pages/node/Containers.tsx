/** A machine's containers: state, image, GPUs, memory, and the command that enters one. */

import { visible } from '../../../src/lib/displayText.ts';
import type { Container } from '../../../src/model/container.ts';
import type { SourceState } from '../../../src/model/node.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { size } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { SourceNote } from './SourceNote.tsx';

interface ContainersProps {
  containers: readonly Container[];
  source: SourceState;
}

/**
 * Stopped ones too, with their state; what Docker did not tell of one is left out. Its command is copied, nothing is
 * entered from here.
 */
export function Containers({ containers, source }: ContainersProps) {
  const words = useWords();
  return (
    <section className="side-list">
      <h2>
        {words.containers.title} <span className="quiet">{containers.length}</span>
      </h2>
      <SourceNote name="Docker" source={source} />
      {containers.length === 0 && source.state === 'ok' && <p className="quiet">{words.containers.none}</p>}
      <ul>
        {containers.map((container) => (
          <li key={container.id} title={`${visible(container.state)} · ${visible(container.status)}`}>
            <span className={`dot ${container.state === 'running' ? 'on' : ''}`} aria-hidden="true" />
            <span className="ellipsis grow">
              <strong>{visible(container.name)}</strong> {visible(container.image)}
              {container.gpus !== null && container.gpus.length > 0 && ` · GPU ${container.gpus.join(', ')}`}
              {container.memoryUsedBytes !== null && ` · ${size(container.memoryUsedBytes)}`}
              {container.state !== 'running' && ` · ${visible(container.state)}`}
            </span>
            {container.enterCommand !== null && (
              <CopyButton text={container.enterCommand} what={container.enterCommand} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
