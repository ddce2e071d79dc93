/** Colours by meaning, in the terminal's own sixteen, so that they fit its theme; none where nobody would see them. */

export type Style = 'plain' | 'strong' | 'faint' | 'good' | 'busy' | 'warn' | 'bad';
export type Paint = (text: string, style: Style) => string;

/** SGR parameters (ECMA-48). */
const CODES: Record<Exclude<Style, 'plain'>, string> = {
  strong: '1',
  faint: '2',
  good: '32',
  busy: '36',
  warn: '33',
  bad: '31',
};

/** Paints, or leaves every text as it is. */
export const paint =
  (inColour: boolean): Paint =>
  (text, style) =>
    inColour && style !== 'plain' && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
