/**
 * Takes secrets out of command lines where they come in (trust.md 8): in the agent, and at the door to older nodes, which
 * mask nothing. Pure.
 *
 * Masked are, in each argument and also inside shell text, JSON or code that is an argument, at any depth:
 *   - the value of an option, assignment or field whose name looks secret (secretNames.ts): `--hf-token V`, `--api_key=V`,
 *     `--env=DB_PASSWORD=V`, `{"api": {"key": "V"}}`, `environ["KEY"]="V"`, `X-Vault-Token:V`; after a plural
 *     (`--api-keys V W`) all values up to the next option;
 *   - what a URL says before the `@`, `name:V@host` without one, and what follows `Authorization:` or `Bearer`;
 *   - what some programs take for a secret in their own way: `mysql -pV`, `curl -u name:V` (programSecrets.ts);
 *   - known shapes of tokens, wherever they stand, and private keys.
 *
 * To leak is worse than to hide too much: `--sort-key name` is masked, and behind a secret name all up to the next space.
 * Kept readable are numbers under a name that says a count (`--max-tokens 512`) and switches (`--use-token true`).
 * `-p V` of other programs is not masked: most mean something else by it. A value that looks like an option (`--word`,
 * `-x`) is taken for one, as argument parsers do, unless it looks made up by chance (`--S3cr3tV4lue`). docs/security.md lists
 * what is known not to be found.
 */
import { MASK } from './mask.ts';
import { maskText } from './maskText.ts';
import { maskProgramArguments } from './programSecrets.ts';
import { isHarmlessValue, isPlural, looksSecret } from './secretNames.ts';

/** The arguments with every secret replaced by `***`. Masking twice changes nothing more. */
export function maskArguments(argv: readonly string[]): string[] {
  return maskProgramArguments(maskNamedArguments(argv));
}

function maskNamedArguments(argv: readonly string[]): string[] {
  /** The secret-looking option whose value comes next, and whether more may follow. */
  let awaiting: { name: string; several: boolean } | null = null;
  return argv.map((argument) => {
    const isRandom = awaiting !== null && looksRandom(argument);
    const isValue = awaiting !== null && (isRandom || !/^(--[A-Za-z]|-[A-Za-z]$)/.test(argument));
    const harmless = awaiting !== null && isHarmlessValue(awaiting.name, argument);
    const option = isRandom ? undefined : /^--?([A-Za-z][\w.-]*)$/.exec(argument)?.[1];
    if (option !== undefined)
      awaiting = looksSecret(option) ? { name: option, several: isPlural(option) } : null;
    else if (!isValue || harmless || !awaiting?.several) awaiting = null;
    if (isValue) return harmless ? argument : MASK;
    return maskArgument(argument);
  });
}

/** Letters and digits change places as in no name: `--fp16`, `--x264-params` are options. */
function looksRandom(argument: string): boolean {
  const segments = argument.slice(0, 256).match(/[A-Za-z0-9]+/g) ?? [];
  return segments.some((segment) => (segment.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0) >= 4);
}

/** One argument, which may be a plain word, an assignment, a header, or text with more inside. */
function maskArgument(argument: string): string {
  const [, name, separator = '', value = ''] =
    /^([-+]*[A-Za-z_][\w.-]*)(=|:[ \t]+)([\s\S]*)$/.exec(argument) ?? [];
  if (name === undefined || !looksSecret(name.replace(/^[-+]+/, ''))) return maskText(argument);
  // The whole rest is the value: no shell will look at spaces and quotes in it any more.
  return isHarmlessValue(name, value) ? argument : name + separator + MASK;
}
