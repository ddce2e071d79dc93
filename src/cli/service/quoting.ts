/**
 * Words as systemd reads them back unchanged (systemd.service(5), systemd.syntax(7)). In a command line three things are
 * expanded, and each is undone by doubling or a backslash: `%` for specifiers, `$` for variables, `\` and quotes for
 * quoting. In other settings nothing is done with `$`. Pure.
 */

/** A word that systemd could not take, and why. */
export class UnquotableWord extends Error {}

/** A word of ExecStart= after the first: `100% $HOME "x"` becomes `"100%% $$HOME \"x\""`. @throws UnquotableWord */
export const commandWord = (word: string): string => settingWord(word).replaceAll('$', '$$$$');

/**
 * The first word, the program: systemd expands no variable in it, so that a `$` stands for itself.
 * @throws UnquotableWord
 */
export const programWord = (path: string): string => settingWord(path);

/** A word of Environment= and the like. @throws UnquotableWord */
export function settingWord(word: string): string {
  const escaped = escapedText(word);
  // Quoted always when it is more than a plain word: an empty one, a lone `;`, one with spaces.
  return /^[A-Za-z0-9_@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/**
 * A path where systemd takes no escapes at all (ReadWritePaths=): only `%` can be undone.
 * @throws UnquotableWord
 */
export function plainPath(path: string): string {
  if (/["'\\\s]/.test(path) || hasControls(path)) {
    throw new UnquotableWord(
      `the folder ${JSON.stringify(path)} has a space, a quote or a backslash in its name, which systemd's settings for folders cannot hold`,
    );
  }
  return path.replaceAll('%', '%%');
}

const NAMED: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function escapedText(word: string): string {
  if (!word.isWellFormed() || NO_CHARACTER.test(word)) {
    throw new UnquotableWord(
      `${JSON.stringify(word)} holds what is no character: systemd takes no such text`,
    );
  }
  return word.replaceAll('%', '%%').replaceAll(/[\\"\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0) throw new UnquotableWord('a word of a command cannot hold a NUL');
    return NAMED[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** Unicode's noncharacters, which systemd refuses in a unit (utf8_is_valid). */
const NO_CHARACTER = /\p{Noncharacter_Code_Point}/u;

const hasControls = (text: string): boolean => /[\u0000-\u001f\u007f]/.test(text);
