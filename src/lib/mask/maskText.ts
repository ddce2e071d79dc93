/** Takes secrets out of one text: shell, JSON, code, a header, an address. Pure; linear in the text's length. */
import { MASK } from './mask.ts';
import { maskProgramText } from './programSecrets.ts';
import { isHarmlessValue, looksSecret } from './secretNames.ts';
import { findValueEnd } from './valueEnd.ts';

/** The text with every secret in it replaced by `***`. */
export function maskText(text: string): string {
  return RULES.reduce((masked, [mayApply, rule]) => (mayApply(masked) ? rule(masked) : masked), text);
}

/** Names begin where no name character stands before them: so a long word is read once, not once per character. */
const NAME = String.raw`(?<![\w.-])([\w.-]+)`;
/** `"]` and `\"` may stand between: `environ["KEY"]="V"`, `\"key\":\"V\"`, `$ENV{KEY}="V"`. */
const CLOSERS = String.raw`(?:\\{0,8}["'])?[\])}]{0,4}[ \t]*`;
/** `x::y` is a path of names, `x://` an address; `%3D` an equals sign in one. After a quoted name also a comma: `setdefault("KEY", "V")`. */
const ASSIGNMENT = new RegExp(
  `${NAME}(?:${CLOSERS}(?:={1,3}>?[ \\t]*|%3[aAdD](?:%20|\\+)*|:=[ \\t]*|:(?!:|//)\\s*)|\\\\{0,8}["'][ \\t]*,\\s*)`,
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
const BARE_CREDENTIALS =
  /(?<![^\s=,"'(])([\w.-]{1,64}:)(?!\/\/)(?:[^\s@]{1,256}@){1,8}(?=[\w[:])(?!sha256:)/g;
/** Names of secrets in the languages of this program's readers and their neighbours. */
const FOREIGN =
  /((?:密码|口令|密钥|令牌|パスワード|비밀번호)["'”」]?\s{0,4}(?:[=:：]\s{0,4}|\s))[^\s;&=:：]+/g;
/** `<password>V</password>`. */
const ELEMENT = /<([\w.:-]{1,64})>([^<\s][^<]{0,512})(?=<\/)/g;
/** `https://h/callback?code=V`, and the links that log in here: `http://127.0.0.1:3569/#code=V`. */
const CODE_IN_ADDRESS = /([?#&]code=)[^\s&"'#]+/g;
const AUTHORIZATION = /(authorization|cookie)(["']?[ \t]*[:=][ \t]*)[^\n]+/gi;
const BEARER = /\b(bearer)(\s+)[^\s"']+/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*/g;

/** Tokens that their makers gave a recognisable beginning; ours too. */
const TOKEN_SHAPES = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    'gh[pousr]_[A-Za-z0-9]{10,}',
    'github_pat_\\w{10,}',
    'gl(?:pat|ptt|dt|rt|cbt|agent|soat|ft|imt)-[\\w-]{10,}',
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
    'r8_[A-Za-z0-9]{20,}',
    'xai-[A-Za-z0-9]{20,}',
    'pplx-[A-Za-z0-9]{16,}',
    'tskey-[\\w-]{10,}',
    'dop_v1_\\w{16,}',
    'shp(?:at|ca|pa|ss)_\\w{16,}',
    'lin_api_\\w{16,}',
    'ntn_\\w{20,}',
    'xapp-[\\w-]{16,}',
    'PMAK-[\\w-]{16,}',
    'whsec_[\\w+/]{16,}',
    'AGE-SECRET-KEY-1\\w{16,}',
    'sk_[A-Za-z0-9]{20,}',
    'ATATT3x[\\w-]{16,}',
    'ms-[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{8,}',
    'LTAI[A-Za-z0-9]{12,}',
    'AKID[A-Za-z0-9]{13,}',
    'SCT\\d{1,9}T\\w{16,}',
    '\\d{8,10}:AA[\\w-]{30,}',
    'fl_[\\w-]{12,}',
  ].join('|')})`,
  'g',
);

/** Addresses that are a secret themselves: whoever knows one may write there. */
const WEBHOOKS =
  /((?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks\/\d{1,20}|\/open-apis\/bot\/v2\/hook|(?:sctapi|sc)\.ftqq\.com|webhook\.office\.com|api\.day\.app|ntfy\.sh)\/|api\.telegram\.org\/(?:file\/)?bot)[^\s"'`<>?]+/gi;
/** What is written into a pipe, up to its value: `echo -n V`. */
const WRITES = /(?:^|[\s("'`])(?:echo|printf)(?:\s+-[a-zA-Z]+)*\s+/;
/** What reads a password from its pipe. */
const READS_SECRET =
  /\bsudo\s[^;&|\n]{0,128}-[a-zA-Z]{0,8}S|-stdin\b|--with-token\b|\b(?:chpasswd|passwd|su|gpg|cryptsetup)\b/;

/** `echo V | sudo -S …`, `echo V | docker login --password-stdin`: one command after the other, each looked at once. */
function maskPiped(text: string): string {
  const parts = text.split(/([;&|\n]+)/);
  return parts
    .map((part, place) => {
      if (parts[place + 1] !== '|' || !READS_SECRET.test((parts[place + 2] ?? '').slice(0, 512))) return part;
      const writes = WRITES.exec(part);
      return writes === null ? part : `${part.slice(0, writes.index + writes[0].length)}${MASK} `;
    })
    .join('');
}

const HERE_STRING =
  /(\b(?:sudo|su|chpasswd|passwd)\s[^;&|\n<]{0,128}<<<)[ \t]{0,8}(?:"[^"\n]{0,512}"|'[^'\n]{0,512}'|[^\s;&|"']+)/g;
/** `huggingface_hub.login("V")`, `smtp.login("name", "V")`. */
const LOGIN_CALL = /\b(login\()[^()\n]{0,512}["'][^()\n]{0,512}\)/g;
const BASIC = /\b(basic)(\s{1,8})([A-Za-z0-9+/]{6,4096}={0,2})/gi;
/** JSON in base64 begins so: `{"`. */
const BASE64_JSON = /(?<![\w+/])eyJ[\w+/-]{12,}={0,2}/g;

const decodeBase64 = (text: string): string => {
  const bytes = Uint8Array.from(
    atob(text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')),
    (c) => c.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
};

const maskElement = (whole: string, name: string): string => (looksSecret(name) ? `<${name}>${MASK}` : whole);

/** Only what is a name and a password in base64: after `basic` people say other things too. */
function maskBasic(whole: string, word: string, space: string, value: string): string {
  return isBase64(value) && /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(decodeBase64(value))
    ? word + space + MASK
    : whole;
}

/** Longer than any launcher's settings; to decode more would cost more than it is worth to somebody who looks. */
const LONGEST_LOOKED_INTO = 8192;

/** Only where a secret is in it: launchers hand their settings over like this too. */
function maskBase64Json(whole: string): string {
  if (whole.length > LONGEST_LOOKED_INTO) return MASK;
  if (!isBase64(whole)) return whole;
  const text = decodeBase64(whole);
  return maskText(text) === text ? whole : MASK;
}

/** A rest of one character is no byte. */
const isBase64 = (text: string): boolean => text.replace(/=+$/, '').length % 4 !== 1;

/** Most arguments are plain words: which rules need not look at one costs a tenth of looking. */
const has =
  (...parts: string[]) =>
  (text: string): boolean =>
    parts.some((part) => text.includes(part));
const hasSpace = (text: string): boolean => /\s/.test(text);
const hasForeign = (text: string): boolean => /[^\x00-\x7f]/.test(text);
const isLong = (text: string): boolean => text.length > 10;

const RULES: [mayApply: (text: string) => boolean, rule: (text: string) => string][] = [
  [has('-----BEGIN'), (text) => text.replace(PRIVATE_KEY, MASK)],
  [has('://'), (text) => text.replace(URL_CREDENTIALS, `://${MASK}@`)],
  [has('/'), (text) => text.replace(WEBHOOKS, `$1${MASK}`)],
  [has('code='), (text) => text.replace(CODE_IN_ADDRESS, `$1${MASK}`)],
  [has('</'), (text) => text.replace(ELEMENT, maskElement)],
  [hasForeign, (text) => text.replace(FOREIGN, `$1${MASK}`)],
  [has('@'), (text) => text.replace(BARE_CREDENTIALS, `$1${MASK}@`)],
  [has(':', '='), (text) => text.replace(AUTHORIZATION, `$1$2${MASK}`)],
  [hasSpace, (text) => text.replace(BEARER, `$1$2${MASK}`)],
  [hasSpace, (text) => text.replace(BASIC, maskBasic)],
  [has('|'), maskPiped],
  [has('<<<'), (text) => text.replace(HERE_STRING, `$1 ${MASK}`)],
  [has('login('), (text) => text.replace(LOGIN_CALL, `$1${MASK})`)],
  [has(':', '=', ',', '%3'), (text) => maskNamed(text, ASSIGNMENT)],
  [hasSpace, (text) => maskNamed(text, OPTION)],
  [isLong, (text) => text.replace(TOKEN_SHAPES, MASK)],
  [has('eyJ'), (text) => text.replace(BASE64_JSON, maskBase64Json)],
  [hasSpace, maskProgramText],
];
