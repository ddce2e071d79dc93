/** Takes secrets out of one text: shell, JSON, code, a header, an address. Pure; linear in the text's length. */
import { MASK } from './mask.ts';
import { maskProgramText } from './programSecrets.ts';
import { isHarmlessValue, looksSecret } from './secretNames.ts';
import { findValueEnd } from './valueEnd.ts';

/** The text with every secret in it replaced by `***`. */
export function maskText(text: string): string {
  return RULES.reduce((masked, rule) => rule(masked), text);
}

/** Names begin where no name character stands before them: so a long word is read once, not once per character. */
const NAME = String.raw`(?<![\w.-])([\w.-]+)`;
/** `"]` and `\"` may stand between: `environ["KEY"]="V"`, `\"key\":\"V\"`. */
const CLOSERS = String.raw`(?:\\{0,8}["'])?[\])]{0,4}[ \t]*`;
/** `x::y` is a path of names, `x://` an address. After a quoted name also a comma: `setdefault("KEY", "V")`. */
const ASSIGNMENT = new RegExp(
  `${NAME}(?:${CLOSERS}(?:={1,3}>?[ \\t]*|:=[ \\t]*|:(?!:|//)\\s*)|\\\\{0,8}["'][ \\t]*,\\s*)`,
  'g',
);
const OPTION = /(?<![\w.-])(--?[A-Za-z][\w.-]*)\s+(?!--?[A-Za-z])/g;

/**
 * Masks what stands behind names that look secret. Behind a harmless name the search goes on inside its value, so a
 * secret is found at any depth: `--env=HF_TOKEN=V`, `--config={"api":{"key":"V"}}`.
 */
function maskNamed(text: string, pattern: RegExp): string {
  let masked = '';
  let copied = 0;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const name = found[1] ?? '';
    const from = pattern.lastIndex;
    if (!looksSecret(name) || isHarmlessAt(name, text, from)) continue;
    const end = findValueEnd(text, from);
    if (end === from) continue;
    masked += text.slice(copied, from) + MASK;
    copied = end;
    pattern.lastIndex = end;
  }
  return masked + text.slice(copied);
}

const FIRST_WORD = /["']?([\w.+-]{1,24})["']?(?=[\s,;&|)}\]]|$)/y;

function isHarmlessAt(name: string, text: string, from: number): boolean {
  FIRST_WORD.lastIndex = from;
  const word = FIRST_WORD.exec(text)?.[1];
  return word !== undefined && isHarmlessValue(name, word);
}

/** A scheme, a name or none, and the password may hold `/` where somebody did not escape it. */
const URL_CREDENTIALS = /:\/\/(?:[^\s/?#@:]{0,256}:[^\s@]{0,512}@|[^\s/?#@]{1,512}@)+/g;
/** `scp user:password@host:file`; an image's digest (`name:tag@sha256:…`) is none. */
const BARE_CREDENTIALS = /(?<![^\s=,"'(])([\w.-]{1,64}:)(?!\/\/)(?:[^\s@]{1,256}@){1,8}(?=[\w[])(?!sha256:)/g;
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
    '[sr]k_(?:live|test)_\\w{8,}',
    'hf_[A-Za-z0-9]{10,}',
    '(?:AKIA|ASIA)[A-Z0-9]{12,}',
    'xox[a-z]-[\\w-]{8,}',
    'eyJ[\\w-]{6,}\\.[\\w-]+(?:\\.[\\w-]*)?',
    'AIza[\\w-]{30,}',
    'ya29\\.[\\w-]{10,}',
    'npm_[A-Za-z0-9]{20,}',
    'pypi-[\\w-]{16,}',
    'dckr_pat_[\\w-]{10,}',
    'hv[sb]\\.[\\w-]{10,}',
    'SG\\.[\\w-]{10,}(?:\\.[\\w-]*)?',
    'nvapi-[\\w-]{12,}',
    'gsk_[A-Za-z0-9]{20,}',
    'fl_[\\w-]{12,}',
  ].join('|')})`,
  'g',
);

const RULES: ((text: string) => string)[] = [
  (text) => text.replace(PRIVATE_KEY, MASK),
  (text) => text.replace(URL_CREDENTIALS, `://${MASK}@`),
  (text) => text.replace(BARE_CREDENTIALS, `$1${MASK}@`),
  (text) => text.replace(AUTHORIZATION, `$1$2${MASK}`),
  (text) => text.replace(BEARER, `$1$2${MASK}`),
  (text) => maskNamed(text, ASSIGNMENT),
  (text) => maskNamed(text, OPTION),
  (text) => text.replace(TOKEN_SHAPES, MASK),
  maskProgramText,
];
