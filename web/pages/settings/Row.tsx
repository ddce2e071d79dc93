/** A setting: its name, what it means, and its field. */
import type { ReactNode } from 'react';

export function Row({ name, hint, children }: { name: string; hint?: string; children: ReactNode }) {
  return (
    <section className="setting">
      <div>
        <h2>{name}</h2>
        {hint !== undefined && <p className="quiet">{hint}</p>}
      </div>
      <div className="setting-value">{children}</div>
    </section>
  );
}

interface ChoiceProps<Value extends string> {
  name: string;
  value: Value;
  options: readonly (readonly [value: Value, text: string])[];
  disabled?: boolean;
  onChoose: (value: Value) => void;
}

export function Choice<Value extends string>({
  name,
  value,
  options,
  disabled,
  onChoose,
}: ChoiceProps<Value>) {
  return (
    <fieldset className="switch" aria-label={name} disabled={disabled}>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChoose(option)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
