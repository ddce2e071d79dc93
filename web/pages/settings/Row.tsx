/** What all settings are laid out with: name and meaning beside the field, and the field that is one of a few words. */
import type { ReactNode } from 'react';

/** The name is a heading, by which a screen reader finds it; `children` are one field or several. */
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

/**
 * Buttons of which exactly one is pressed. Keeps nothing itself; `name` is for screen readers, since the row shows it.
 */
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
