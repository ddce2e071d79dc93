/** The files of an attempt: its two logs, where they lie and how large they are, to be downloaded whole. */
import { useEffect, useState } from 'react';
import { type Attempt, attemptIdOf } from '../../../src/model/task.ts';
import { LogStream } from '../../../src/protocol/supervision.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { Failure } from '../../parts/Failure.tsx';
import { size } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { download } from './log/download.ts';

/**
 * Sizes are asked for once, by a byte of each log: what still grows is larger when it is downloaded. One that is empty,
 * or whose size is not known, is not offered.
 */
export function AttemptFiles({ task, attempt }: { task: Task; attempt: Attempt }) {
  const words = useWords();
  const address = { task: task.id, run: attempt.run, attempt: attempt.number };
  const [sizes, setSizes] = useState<Partial<Record<LogStream, number>>>({});
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const [isBusy, setBusy] = useState<LogStream | null>(null);
  const { task: id, run, attempt: number } = address;
  useEffect(() => {
    const abort = new AbortController();
    for (const stream of LogStream.options) {
      askHub('log', {
        parameters: { id },
        query: { run, attempt: number, stream, lastBytes: 1, maxBytes: 1 },
        signal: abort.signal,
      }).then((answer) => {
        if (abort.signal.aborted) return;
        if (!answer.ok) return setFailure(answer);
        setSizes((before) => ({ ...before, [stream]: answer.value.slice.sizeBytes }));
      });
    }
    return () => abort.abort();
  }, [id, run, number]);
  return (
    <>
      <p className="quiet">{words.task.files.where}</p>
      <ul className="files">
        {LogStream.options.map((stream) => (
          <li key={stream}>
            <code>{`logs/${id}/${run}.${number}.${stream}`}</code>
            <span className="quiet">{words.task.files[stream]}</span>
            <span className="grow" />
            <span>{size(sizes[stream] ?? null)}</span>
            <button
              type="button"
              className="button small"
              disabled={isBusy !== null || !sizes[stream]}
              onClick={async () => {
                setBusy(stream);
                const told = await download(address, stream, `${attemptIdOf(id, run, number)}.${stream}`);
                setBusy(null);
                setFailure(told);
              }}
            >
              {isBusy === stream ? words.task.files.loading : words.task.files.download}
            </button>
          </li>
        ))}
      </ul>
      {failure && <Failure failure={failure} />}
    </>
  );
}
