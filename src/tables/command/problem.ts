/** What is wrong with a command or template, with the place in its line pointed at. */

export class CommandProblem extends Error {
  readonly hint: string | null;

  constructor(what: string, hint: string | null, line: string | null = null, at = 0, length = 1) {
    super(line === null ? what : `${what}\n  ${line}\n  ${' '.repeat(at)}${'^'.repeat(Math.max(1, length))}`);
    this.hint = hint;
  }
}
