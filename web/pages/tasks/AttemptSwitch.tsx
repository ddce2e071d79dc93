/** Which attempt of a task is shown: buttons where they are few, a list where they are many. */
import type { Attempt } from '../../../src/model/task.ts';
import { RunGlyph } from '../../parts/RunGlyph.tsx';
import { useWords } from '../../words/words.ts';

interface AttemptSwitchProps {
  attempts: readonly Attempt[];
  /** From 1. */
  chosen: number;
  onChoose: (place: number) => void;
}

/** More than so many attempts are chosen from a list. */
const MOST_BUTTONS = 5;

/** A place is among the attempts of all runs; where there was more than one run a name says `run.attempt`. */
export function AttemptSwitch({ attempts, chosen, onChoose }: AttemptSwitchProps) {
  const words = useWords();
  const name = (attempt: Attempt): string =>
    attempts.some((each) => each.run > 1) ? `${attempt.run}.${attempt.number}` : String(attempt.number);
  if (attempts.length > MOST_BUTTONS) {
    return (
      <label className="attempt-label">
        {words.task.attempt}
        <select
          className="field small"
          value={chosen}
          onChange={(event) => onChoose(Number(event.target.value))}
        >
          {attempts.map((attempt, index) => (
            <option key={name(attempt)} value={index + 1}>
              {name(attempt)} {words.runState[attempt.state]}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <span className="attempt-label">
      <span aria-hidden="true">{words.task.attempt}</span>
      <fieldset className="switch attempt-switch" aria-label={words.task.attemptSwitch}>
        {attempts.map((attempt, index) => (
          <button
            key={name(attempt)}
            type="button"
            aria-pressed={index + 1 === chosen}
            onClick={() => onChoose(index + 1)}
          >
            {name(attempt)} <RunGlyph state={attempt.state} size={11} />
            <span className="visually-hidden"> {words.runState[attempt.state]}</span>
          </button>
        ))}
      </fieldset>
    </span>
  );
}
