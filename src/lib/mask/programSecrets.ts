/**
 * Secrets that only their program's own way of writing tells: `mysql -pV`, `curl -u name:V`, `wandb login V`; and the word
 * behind one that names it, as `nmcli … password V`. Pure.
 */
import { MASK } from './mask.ts';
import { looksSecret, namesNextWord } from './secretNames.ts';
import { findValueEnd } from './valueEnd.ts';

interface ProgramRule {
  /** Only behind such a word: `docker login -p V`, while `docker run -p 80:80` stays. */
  verb?: RegExp;
  /** Options whose next argument is the secret. */
  next?: RegExp;
  /** What stays readable where the secret is joined to it. */
  joined?: RegExp;
  /** Whether what is no option is the secret. */
  bare?: boolean;
}

/** `-p V`, `-pV`. */
const option = (letters: string): ProgramRule => ({
  next: new RegExp(`^-[${letters}]$`),
  joined: new RegExp(`^-[${letters}](?=.)`),
});
const joinedOnly = (joined: RegExp): ProgramRule => ({ joined });
const LOGIN: ProgramRule = { verb: /^login$/, ...option('p') };

/** Programs in groups that write alike; only what they document, and nothing that another program of that name could mean. */
const GROUPS: readonly [names: string, rule: ProgramRule][] = [
  // `mysql -p V` asks for the password and opens the database V.
  [
    'mysql mysqldump mysqladmin mysqlimport mysqlslap mysqlcheck mysqlpump mysqlshow mysqlsh mariadb mariadb-dump',
    joinedOnly(/^-p(?=.)/),
  ],
  [
    'sshpass mycli mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat twine cqlsh yt-dlp youtube-dl ncftpput ncftpget useradd usermod rdesktop',
    option('p'),
  ],
  ['docker podman nerdctl helm skopeo az oc', LOGIN],
  ['poetry', { ...LOGIN, verb: /^publish$/ }],
  [
    'curl',
    {
      next: /^(-[a-zA-Z]*[uUbE]|--(proxy-)?user|--cert)$/,
      joined: /^(-[uUbE](?=.)|--(proxy-)?user=|--cert=)/,
    },
  ],
  ['http https xh xhs', option('a')],
  ['ab', option('AP')],
  ['redis-cli', option('a')],
  ['ldapsearch ldapadd ldapmodify ldapdelete ldapcompare ldapwhoami ldapmodrdn', option('w')],
  ['ldappasswd', option('wsa')],
  ['smbclient smbget rpcclient', option('U')],
  ['lftp', option('u')],
  ['zip unzip zipcloak', { next: /^-[a-zA-Z]*P$/, joined: /^-P(?=.)/ }],
  ['7z 7za 7zr 7zz rar unrar', joinedOnly(/^-h?p(?=.)/)],
  ['sqlcmd bcp ipmitool', option('P')],
  ['snmpget snmpset snmpwalk snmpbulkwalk', option('cAX')],
  ['sqlplus sqlldr expdp impdp', joinedOnly(/^[\w$#.]+\//)],
  ['openssl', { next: /^-[kK]$/ }],
  ['htpasswd', { verb: /^-[a-zA-Z]*b/, bare: true }],
  ['xfreerdp xfreerdp3 wlfreerdp', joinedOnly(/^\/g?p:/)],
  ['wandb', { verb: /^login$/, bare: true }],
  ['vault', { verb: /^(login|put|write|patch)$/, bare: true }],
  ['rclone', { verb: /^obscure$/, bare: true }],
  ['mc', { verb: /^(set|add)$/, bare: true }],
  ['kubectl', { next: /^--from-literal$/, joined: /^--from-literal=[^=]*=/ }],
  ['anaconda frpc', option('t')],
  ['ossutil ossutil64 ssserver ss-server ss-local ss-redir sslocal ssservice trojan trojan-go', option('k')],
  ['coscmd', option('as')],
  ['obsutil', joinedOnly(/^-[ki]=/)],
  ['ttyd gotty', option('c')],
];
const PROGRAMS: ReadonlyMap<string, ProgramRule> = new Map(
  GROUPS.flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule] as const)),
);

/** The arguments with what their program takes for a secret replaced by `***`. */
export function maskProgramArguments(argv: readonly string[]): string[] {
  const reader = createWordReader();
  return argv.map((argument) => {
    const kept = reader(argument);
    return kept === null ? argument : argument.slice(0, kept) + MASK;
  });
}

/** The same in shell text. */
export function maskProgramText(text: string): string {
  let reader = createWordReader();
  let masked = '';
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const end = findWordEnd(text, at);
    const word = text.slice(at, end);
    if (/^[;&|\n]/.test(word)) reader = createWordReader();
    const kept = /\S/.test(word) ? reader(word) : null;
    if (kept !== null) {
      masked += text.slice(copied, at + kept) + MASK;
      copied = findValueEnd(text, at + kept);
    }
    at = Math.max(end, copied);
  }
  return masked + text.slice(copied);
}

/** `/usr/bin/mysql`; `'mysql`, where a quoted command begins in another's text. */
const nameOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1).replace(/^[("'`]+/, '');

const WORD = /[;&|\n]+|[^\S\n]+|[^\s;&|]+/y;

function findWordEnd(text: string, from: number): number {
  WORD.lastIndex = from;
  return WORD.test(text) ? WORD.lastIndex : from + 1;
}

/** Reads words in turn; answers with how much of a word's beginning may be shown, null where all of it may. */
function createWordReader(): (word: string) => number | null {
  let rule: ProgramRule | null = null;
  let isActive = false;
  let isAwaiting = false;
  let isNamed = false;
  let previous = '';
  return (word) => {
    if (isAwaiting) {
      isAwaiting = false;
      return 0;
    }
    if (isNamed && !/^[-=:<>]/.test(word)) {
      isNamed = false;
      return 0;
    }
    isNamed = namesNextWord(word) || (previous === 'setenv' && looksSecret(word));
    previous = word;
    const program = word.length > 256 ? undefined : PROGRAMS.get(nameOf(word));
    if (program !== undefined) {
      rule = program;
      isActive = program.verb === undefined;
      return null;
    }
    if (rule === null) return null;
    if (!isActive) {
      isActive = rule.verb?.test(word) ?? true;
      return null;
    }
    isAwaiting = rule.next?.test(word) ?? false;
    if (isAwaiting) return null;
    if (rule.bare && !word.startsWith('-')) return 0;
    return rule.joined?.exec(word)?.[0].length ?? null;
  };
}
