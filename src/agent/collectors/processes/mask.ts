/**
 * Takes secrets out of command lines at the source (trust.md 8): nothing above this file ever sees them. Pure.
 *
 * Masked are, in each argument and also inside shell text, JSON or code that is an argument:
 *   - the value of an option or assignment whose name looks secret: `--hf-token V`, `--api_key=V`, `DB_PASSWORD=V`,
 *     `{"secret": "V"}`; after a plural (`--api-keys V W`) all values up to the next option;
 *   - what a URL says before the `@`, and what follows `Authorization:` or `Bearer`;
 *   - known shapes of tokens, wherever they stand, and private keys.
 *
 * A name looks secret when `key`, `token`, `secret`, `passw`, `passphrase` or `credential` is anywhere in it, less
 * ordinary words (`tokenizer`, `keyboard`, …), or when it ends in `pass`, `pwd`, `auth` or `bearer`. To leak is worse than to hide too much: `--sort-key name` is masked. Kept
 * readable, because researchers need them daily, are numbers under a name that says a count (`--max-tokens 512`,
 * `--keys-per-row 5`, `--pad-token-id 0`) and switches (`--use-token true`), never under `password` or `secret`.
 * `-p V` is not masked: most programs mean something else by it. A value that looks like an option (`--word`, `-x`) is
 * taken for one, as argument parsers do.
 */

export const MASK = '***';

/** The arguments with every secret replaced by `***`. Masking twice changes nothing more. */
export function maskArguments(argv: readonly string[]): string[] {
  /** The secret-looking option whose value comes next, and whether more may follow. */
  let awaiting: { name: string; several: boolean } | null = null;
  return argv.map((argument) => {
    const isValue = awaiting !== null && !/^(--[A-Za-z]|-[A-Za-z]$)/.test(argument);
    const harmless = awaiting !== null && isHarmlessValue(awaiting.name, argument);
    const option = /^--?([A-Za-z][\w.-]*)$/.exec(argument)?.[1];
    if (option !== undefined)
      awaiting = looksSecret(option) ? { name: option, several: isPlural(option) } : null;
    else if (!isValue || harmless || !awaiting?.several) awaiting = null;
    if (isValue) return harmless ? argument : MASK;
    return maskText(argument);
  });
}

const SECRET_WORDS = /key|token|secret|passw|passphrase|credential/;
/** Words of this trade that contain a secret one and mean no secret. */
const ORDINARY_WORDS =
  /tokeni[sz]\w*?(?=[-_.]|$)|detokeni[sz]\w*?(?=[-_.]|$)|keyboard|keyframe|keypoint|keyword|keystone|monkey|hotkey/g;
/** Words that say that a number counts or names something. */
const COUNTING =
  /(^|[-_.])(max|min|num|n|per|size|len|length|dim|count|limit|budget|heads?|vocab|ratio|rate|freq|id|ids|index|idx|batch|total|top|every)([-_.]|$)|tokens$|keys$/;

/** Short forms that mean a secret only as a whole last word: `DB_PASS`, `MYSQL_PWD`, `--auth`; not `--pass-rate`, `PWD`. */
const SECRET_ENDINGS = /(^|[-_.])(pass|auth|bearer)$|[-_.]pwd$/;

function looksSecret(name: string): boolean {
  const lower = name.toLowerCase().replace(ORDINARY_WORDS, '');
  return SECRET_WORDS.test(lower) || SECRET_ENDINGS.test(lower);
}

function isPlural(name: string): boolean {
  return /(keys|tokens|secrets|passwords|credentials)$/i.test(name);
}

function isHarmlessValue(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (/secret|passw|passphrase|credential/.test(lower)) return false;
  if (/^(true|false|yes|no|on|off|none|null)$/i.test(value)) return true;
  return /^[+-]?\d{1,9}(\.\d{1,9})?([eE][+-]?\d{1,2})?$/.test(value) && COUNTING.test(lower);
}

/** One argument, which may be a plain word, an assignment, or text with more inside. */
function maskText(text: string): string {
  const assignment = /^([-+]*[A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(text);
  const [, name = '', value = ''] = assignment ?? [];
  // The whole rest is the value: no shell will look at spaces and quotes in it any more.
  if (assignment && looksSecret(name)) return isHarmlessValue(name, value) ? text : `${name}=${MASK}`;
  return RULES.reduce((masked, rule) => rule(masked), text);
}

/** A value inside text: quoted (also when the quote never ends), bracketed, or up to where a shell or URL would end it. */
const VALUE = String.raw`(?:"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?|\[[^\]]*\]?|\{[^}]*\}?|\\[\s\S]|[^\s;&|"'\\[{])+`;
/** Names begin where no name character stands before them: so a long word is read once, not once per character. */
const NAME = String.raw`(?<![\w.-])([\w.-]+)`;
const ASSIGNMENT = new RegExp(`${NAME}(["']?[ \\t]*=[ \\t]*|["'][ \\t]*:[ \\t]*|:[ \\t]+)(${VALUE})`, 'g');
const OPTION_AND_VALUE = new RegExp(`(?<![\\w.-])(--?[A-Za-z][\\w.-]*)(\\s+)(?!--?[A-Za-z])(${VALUE})`, 'g');
/** A scheme, a name or none, and the password may hold `/` where somebody did not escape it. */
const URL_CREDENTIALS = /:\/\/(?:[^\s/?#@:]{0,256}:[^\s@]{0,512}@|[^\s/?#@]{1,512}@)+/g;
const AUTHORIZATION = /(authorization|cookie)(["']?[ \t]*[:=][ \t]*)[^\n]+/gi;
const BEARER = /\b(bearer)(\s+)[^\s"']+/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*/g;

/** Tokens that their makers gave a recognisable beginning; ours too. */
const TOKEN_SHAPES = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    'gh[pousr]_[A-Za-z0-9]{10,}',
    'github_pat_\\w{10,}',
    'glpat-[\\w-]{10,}',
    'sk-[\\w-]{12,}',
    'hf_[A-Za-z0-9]{10,}',
    '(?:AKIA|ASIA)[A-Z0-9]{12,}',
    'xox[a-z]-[\\w-]{8,}',
    'eyJ[\\w-]{6,}\\.[\\w-]+(?:\\.[\\w-]*)?',
    'AIza[\\w-]{30,}',
    'npm_[A-Za-z0-9]{20,}',
    'nvapi-[\\w-]{12,}',
    'gsk_[A-Za-z0-9]{20,}',
    'fl_[\\w-]{12,}',
  ].join('|')})`,
  'g',
);

const RULES: ((text: string) => string)[] = [
  (text) => text.replace(PRIVATE_KEY, MASK),
  (text) => text.replace(URL_CREDENTIALS, `://${MASK}@`),
  (text) => text.replace(AUTHORIZATION, `$1$2${MASK}`),
  (text) => text.replace(BEARER, `$1$2${MASK}`),
  (text) => text.replace(ASSIGNMENT, maskNamed),
  (text) => text.replace(OPTION_AND_VALUE, maskNamed),
  (text) => text.replace(TOKEN_SHAPES, MASK),
];

function maskNamed(whole: string, name: string, separator: string, value: string): string {
  if (!looksSecret(name) || isHarmlessValue(name, value)) return whole;
  return `${name}${separator}${MASK}`;
}
