/** Which names of options, variables and fields look as if a secret stood behind them. Pure. */

const SECRET_WORDS =
  /key|token|secret|passw|passcode|pass[-_]?phrase|seed[-_]?phrase|mnemonic|credential|cookie|webhook|session[-_]?id|(access|invite|join)[-_]?code/;
/** Short forms that mean a secret only at the end: `DB_PASS`, `PGPASS`, `--pwd`, `?sig=`; not `--pass-rate`, `--author`, `--sigma`. */
const SECRET_ENDINGS =
  /(^|[-_.])(bearer|creds?|sig|signature|jwt|[ou]?pw|psk|pat|t?otp|hmac|[as]k|mima)$|auth$|pass$|pwd$/;
/** Words of this trade that contain a secret one and mean no secret. */
const ORDINARY_WORDS =
  /tokeni[sz]\w*?(?=[-_.]|$)|detokeni[sz]\w*?(?=[-_.]|$)|keyboard|keyframe|keypoint|keyword|keystone|monkey|hotkey|bypass|compass|surpass|trespass|(one|two|single|multi|first|second|last|forward|backward|high|low|band|all)[-_]?pass$/g;
/** The shell's own variables: folders. */
const FOLDERS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);
/** Words that say that a number counts or names something. */
const COUNTING =
  /(^|[-_.])(max|min|num|n|per|size|len|length|dim|count|limit|budget|heads?|vocab|ratio|rate|freq|id|ids|index|idx|batch|total|top|every|port|pat)([-_.]|$)|tokens$|keys$/;

/** Whether a secret may stand behind the name: in doubt yes. */
export function looksSecret(name: string): boolean {
  if (FOLDERS.has(name)) return false;
  const lower = name.toLowerCase().replace(ORDINARY_WORDS, '');
  return SECRET_WORDS.test(lower) || SECRET_ENDINGS.test(lower);
}

/**
 * Whether a word of its own is a name, and the next word its secret: `nmcli … password V`, `aws configure set
 * aws_secret_access_key V`. Only names that are hardly anything else: `token create`, `secret ls` are verbs of their programs.
 */
export function namesNextWord(word: string): boolean {
  if (!LAST_LETTER.has(word.at(-1) ?? '') || !/^[^-].{2,127}$/.test(word)) return false;
  // A variable by its name alone is handed on (`mpirun -x HF_TOKEN`), and its value stands in no argument.
  return NAMES_NEXT_WORD.test(word) && !/^[A-Z0-9_]+$/.test(word);
}

/** Of the names below: looked at first, because every word of every command is. */
const LAST_LETTER: ReadonlySet<string> = new Set('dDeEkKnNyY');
const NAMES_NEXT_WORD =
  /(^|[-_.:/])(password|passphrase|psk|(auth|access|api|refresh|bearer)[-_]?token|(api|access|secret|private|preshared|account)[-_]?key)$/i;

/** Whether several values may follow. */
export function isPlural(name: string): boolean {
  return /(keys|tokens|secrets|passwords|credentials|creds)$/i.test(name);
}

/** A number under a name that says a count, or a switch: researchers need them daily. Never under `password` or `secret`. */
export function isHarmlessValue(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (/secret|passw|pass[-_]?phrase|passcode|credential/.test(lower)) return false;
  if (/^(true|false|yes|no|on|off|none|null)$/i.test(value)) return true;
  return /^[+-]?\d{1,9}(\.\d{1,9})?([eE][+-]?\d{1,2})?$/.test(value) && COUNTING.test(lower);
}
