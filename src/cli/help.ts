/**
 * The `--help` of every command in the reader's language. Commands are written down in English, where they are defined;
 * here each sentence is looked up on its way to the terminal (words/help/), and laid out by the width of its characters.
 */
import { type AddHelpTextContext, type Argument, Command, Help, type Option } from 'commander';
import { widthOf } from './text/width.ts';
import { wrapWords } from './text/wrap.ts';
import type { Words } from './words/words.ts';

/** A terminal has 80 columns at least. */
const COLUMNS = 79;

/** A command whose help, and the help of all below it, is in these words. */
export class SpokenCommand extends Command {
  readonly words: Words;

  constructor(words: Words, name?: string) {
    super(name);
    this.words = words;
  }

  override createCommand(name?: string): Command {
    return new SpokenCommand(this.words, name);
  }

  override createHelp(): Help {
    return Object.assign(new SpokenHelp(this.words), this.configureHelp());
  }
}

class SpokenHelp extends Help {
  private readonly words: Words;

  constructor(words: Words) {
    super();
    this.words = words;
    // Beside a long name of a command less than commander's 40 columns may be left: better narrow than over the edge.
    this.minWidthToWrap = 24;
  }

  override styleTitle(title: string): string {
    return this.words.help(title);
  }

  override commandUsage(command: Command): string {
    return super
      .commandUsage(command)
      .replace('[options]', this.words.help('[options]'))
      .replace('[command]', this.words.help('[command]'));
  }

  override subcommandTerm(command: Command): string {
    return super.subcommandTerm(command).replace('[options]', this.words.help('[options]'));
  }

  override commandDescription(command: Command): string {
    return this.words.help(command.description());
  }

  override subcommandDescription(command: Command): string {
    return this.commandDescription(command);
  }

  override optionDescription(option: Option): string {
    return this.described(option, super.optionDescription(option));
  }

  override argumentDescription(argument: Argument): string {
    return this.described(argument, super.argumentDescription(argument));
  }

  override displayWidth(text: string): number {
    return widthOf(text);
  }

  override boxWrap(text: string, width: number): string {
    return width < this.minWidthToWrap ? text : wrapWords(text, width).join('\n');
  }

  /** What commander adds in brackets is a list of names and values; those names are ours to say. */
  private described({ description, defaultValueDescription }: Option | Argument, text: string): string {
    const { help, bracketed, comma } = this.words;
    const value = defaultValueDescription ?? '';
    const added = /^ ?\((.*)\)$/s.exec(text.slice(description.length))?.[1];
    if (added === undefined) return help(description);
    return (
      help(description) +
      bracketed(
        added
          .replace(/\bchoices: /, help('choices: '))
          .replace(`default: ${value}`, help('default: ') + (value && help(value)))
          .replace(/(^|, )env: /, (_all, before: string) => (before && comma) + help('env: ')),
      )
    );
  }
}

type HelpText = (context: AddHelpTextContext) => string;

/** The examples of a `--help`, under its options: every command has some. What explains one stands three spaces behind it. */
export const examples = (...lines: readonly string[]): HelpText => examplesAnd(lines, null);

/** The same with a paragraph below, no wider than any terminal. */
export function examplesAnd(
  lines: readonly string[],
  paragraph: string | null | ((help: Words['help']) => string),
): HelpText {
  return ({ command }) => {
    if (!(command instanceof SpokenCommand)) throw new Error(`${command.name()} has no words`);
    const { help } = command.words;
    const below = typeof paragraph === 'function' ? paragraph(help) : paragraph && help(paragraph);
    return [
      '',
      help('Examples:'),
      ...lines.map((line) => `  ${line.replace(/(?<= {3})\S.*$/, help)}`),
      ...(below === null ? [] : ['', ...laidOut(below)]),
    ].join('\n');
  };
}

/** As it stands where its lines are set under one another. */
const laidOut = (text: string): string[] =>
  text.includes('\n') ? text.split('\n') : wrapWords(text, COLUMNS);
