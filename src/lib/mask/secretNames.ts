/** Which names of options, variables and fields look as if a secret stood behind them. Pure. */

const SECRET_WORDS = /key|token|secret|passw|passphrase|credential/;
/** Short forms that mean a secret only at the end: `DB_PASS`, `PGPASS`, `--pwd`, `?sig=`; not `--pass-rate`, `--author`, `--sigma`. */
const SECRET_ENDINGS = /(^|[-_.])(o?auth|bearer|creds?|sig|signature|jwt|pw)$|pass$|pwd$/;
/** Words of this trade that contain a secret one and mean no secret. */
const ORDINARY_WORDS =
  /tokeni[sz]\w*?(?=[-_.]|$)|detokeni[sz]\w*?(?=[-_.]|$)|keyboard|keyframe|keypoint|keyword|keystone|monkey|hotkey|bypass|compass|surpass|trespass|(one|two|single|multi|first|second|last|forward|backward|high|low|band|all)[-_]?pass$/g;
/** The shell's own variables: folders. */
const FOLDERS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);
/** Words that say that a number counts or names something. */
const COUNTING =
  /(^|[-_.])(max|min|num|n|per|size|len|length|dim|count|limit|budget|heads?|vocab|ratio|rate|freq|id|ids|index|idx|batch|total|top|every)([-_.]|$)|tokens$|keys$/;

/** Whether a secret may stand behind the name: in doubt yes. */
export function looksSecret(name: string): boolean {
  if (FOLDERS.has(name)) return false;
  const lower = name.toLowerCase().replace(ORDINARY_WORDS, '');
  return SECRET_WORDS.test(lower) || SECRET_ENDINGS.test(lower);
}

/** Whether several values may follow. */
export function isPlural(name: string): boolean {
  return /(keys|tokens|secrets|passwords|credentials|creds)$/i.test(name);
}

/** A number under a name that says a count, or a switch: researchers need them daily. Never under `password` or `secret`. */
export function isHarmlessValue(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (/secret|passw|passphrase|credential/.test(lower)) return false;
  if (/^(true|false|yes|no|on|off|none|null)$/i.test(value)) return true;
  return /^[+-]?\d{1,9}(\.\d{1,9})?([eE][+-]?\d{1,2})?$/.test(value) && COUNTING.test(lower);
}
