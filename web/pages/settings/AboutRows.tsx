/** Which program this is: version, since when the hub runs, licence, where its own log is and where its interface is described. */
import { useEffect, useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../../src/lib/displayText.ts';
import { hubApi } from '../../../src/protocol/hubApi.ts';
import { askHub } from '../../live/hub.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { clockTime, span } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { Row } from './Row.tsx';

type Health = z.output<(typeof hubApi)['health']['response']>;

/** Asks the hub once: where it does not answer, version and running time stay away and the rest stands. */
export function AboutRows() {
  const words = useWords();
  const nowMs = useHubNow();
  const [health, setHealth] = useState<Health | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    askHub('health', { signal: abort.signal }).then(
      (told) => !abort.signal.aborted && told.ok && setHealth(told.value),
    );
    return () => abort.abort();
  }, []);
  const { about } = words;
  const description = hubApi.openapi.path;
  return (
    <section className="queue-settings" aria-labelledby="about-title">
      <h1 id="about-title">{about.title}</h1>
      <Row name={about.program}>
        <div className="setting-text">
          {health && (
            <>
              <p className="ink">{about.version(visible(health.version))}</p>
              <p>{about.up(span(words, nowMs - health.startedAtMs), clockTime(health.startedAtMs, nowMs))}</p>
            </>
          )}
        </div>
      </Row>
      <Row name={about.licence}>
        <p>{about.licenceText}</p>
      </Row>
      <Row name={about.interface}>
        <a href={description} className="mono text-link">
          {description}
        </a>
      </Row>
      <Row name={about.log}>
        <p>
          <CodeText text={about.logText} />
        </p>
      </Row>
    </section>
  );
}
