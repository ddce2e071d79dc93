/** Secrets that only their program's own way of writing tells: `mysql -pV`, `curl -u name:V`, `wandb login V`. Pure. */
import { MASK } from './mask.ts';
import { findValueEnd } from './valueEnd.ts';

interface ProgramRule {
  /** Only behind this word: `docker login -p V`, while `docker run -p 80:80` stays. */
  verb?: string;
  /** Options whose next argument is the secret. */
  next?: RegExp;
  /** Options that the secret is joined to. */
  joined?: RegExp;
  /** Whether what is no option is the secret. */
  bare?: boolean;
}

const MYSQL: ProgramRule = { joined: /^-p(?=.)/ };
const LOGIN: ProgramRule = { verb: 'login', next: /^-p$/, joined: /^-p(?=.)/ };
const CURL: ProgramRule = {
  next: /^(-[a-zA-Z]*[uU]|--(proxy-)?user)$/,
  joined: /^(-[uU](?=.)|--(proxy-)?user=)/,
};
const PROGRAMS: ReadonlyMap<string, ProgramRule> = new Map([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mariadb', 'mariadb-dump'].map(
    (name) => [name, MYSQL] as const,
  ),
  ...['docker', 'podman', 'nerdctl', 'helm', 'skopeo', 'az', 'oc'].map((name) => [name, LOGIN] as const),
  ['curl', CURL],
  ['sshpass', { next: /^-p$/, joined: /^-p(?=.)/ }],
  ['redis-cli', { next: /^-a$/, joined: /^-a(?=.)/ }],
  ['http', { next: /^-a$/ }],
  ['mongosh', { next: /^-p$/ }],
  ['ldapsearch', { next: /^-w$/, joined: /^-w(?=.)/ }],
  ['wandb', { verb: 'login', bare: true }],
]);

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
  return (word) => {
    if (isAwaiting) {
      isAwaiting = false;
      return 0;
    }
    const program = word.length > 256 ? undefined : PROGRAMS.get(word.slice(word.lastIndexOf('/') + 1));
    if (program !== undefined) {
      rule = program;
      isActive = program.verb === undefined;
      return null;
    }
    if (rule === null) return null;
    if (!isActive) {
      isActive = word === rule.verb;
      return null;
    }
    isAwaiting = rule.next?.test(word) ?? false;
    if (isAwaiting) return null;
    if (rule.bare && !word.startsWith('-')) return 0;
    return rule.joined?.exec(word)?.[0].length ?? null;
  };
}
