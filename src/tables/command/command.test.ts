import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { skipWithout } from '../../../test/support/needs.ts';
import { awkwardText } from '../../../test/support/tables.ts';
import { renderWord, type StartFacts, type TaskCommand } from '../../model/command.ts';
import type { FileRow } from '../../protocol/tableSync.ts';
import { argvCommand } from './argv.ts';
import { CommandProblem } from './problem.ts';
import { commandMaker } from './rowCommand.ts';
import { splitTemplate } from './split.ts';

const FACTS: StartFacts = {
  gpu: '3',
  gpus: '3,5',
  'gpu-uuids': 'GPU-a,GPU-b',
  run: '1',
  attempt: '2',
  task: 't42',
};
const rowOf = (cells: Record<string, string>, changes: Partial<FileRow> = {}): FileRow => ({
  key: 'k',
  row: 4,
  name: null,
  command: null,
  runNum: 0,
  needRunNum: 1,
  parameters: Object.entries(cells).filter(([, text]) => text !== ''),
  ...changes,
});
const made = (template: string, cells: Record<string, string> = {}): TaskCommand =>
  commandMaker({ kind: 'template', template }, Object.keys(cells))(rowOf(cells));
const wordsOf = (command: TaskCommand): string[] =>
  (command.kind === 'argv' ? command.words : command.kind === 'shell' ? command.parameters : []).map((word) =>
    renderWord(word, FACTS),
  );

const sh = (script: string, ...parameters: string[]): string =>
  execFileSync('sh', ['-c', script, 'sh', ...parameters], { encoding: 'utf8' });

describe('words and columns', () => {
  test('each cell becomes --column value; a blank one leaves its flag out', () => {
    const { words } = argvCommand(
      ['python', 'train.py'],
      [
        ['lr', '0.1'],
        ['note', 'a b; rm -rf "$HOME"'],
      ],
    ) as Extract<TaskCommand, { kind: 'argv' }>;
    expect(words).toEqual(['python', 'train.py', '--lr', '0.1', '--note', 'a b; rm -rf "$HOME"']);
  });

  test.each([
    ['-1', ['--x', '-1']],
    ['-0.5', ['--x', '-0.5']],
    ['-.5', ['--x', '-.5']],
    ['-1e-5', ['--x=-1e-5']],
    ['-v', ['--x=-v']],
    ['--', ['--x=--']],
    ['-', ['--x=-']],
  ])('%s goes as %j, so that it is not taken for a flag', (value, words) => {
    expect(argvCommand(['p'], [['x', value]])).toEqual({ kind: 'argv', words: ['p', ...words] });
  });
});

describe('a template', () => {
  test('is split as a shell would and filled in afterwards', () => {
    const command = made(`prog --lr {lr} 'a b' "c \\"d\\"" e\\ f out/{id}.txt {gpu}:{run}`, {
      lr: 'x y',
      id: '$(id)',
    });
    expect(command.kind).toBe('argv');
    expect(wordsOf(command)).toEqual(['prog', '--lr', 'x y', 'a b', 'c "d"', 'e f', 'out/$(id).txt', '3:1']);
  });

  test('knows the row, and what the start will know', () => {
    expect(wordsOf(made('p {row} {name} {gpus} {task} {attempt}'))).toEqual([
      'p',
      '4',
      'Task:3',
      '3,5',
      't42',
      '2',
    ]);
  });

  test('a column has precedence over a fact of the same name', () => {
    expect(wordsOf(made('p {run}', { run: 'warm' }))).toEqual(['p', 'warm']);
  });

  test.each([
    ['p --lr {lr} --seed {seed}', ['p', '--seed', '7']],
    ['p --lr={lr} x', ['p', 'x']],
    ['p {lr}', ['p']],
    ['p a{lr}b', ['p', 'ab']],
    ['p --flag --lr {lr} z', ['p', '--flag', 'z']],
  ])('%j without lr is %j', (template, words) => {
    expect(wordsOf(made(template, { lr: '', seed: '7' }))).toEqual(words);
  });

  test('a value that looks like a flag is tied to its own', () => {
    expect(wordsOf(made('p --note {note} {note}', { note: '-x' }))).toEqual(['p', '--note=-x', '-x']);
  });

  test.each([
    'p {lr} > log',
    'a {lr} | b',
    'a {lr} && b',
    'p $HOME {lr}',
    'p `x` {lr}',
    'CUDA_VISIBLE_DEVICES=0 p {lr}',
    'cd /x; p {lr}',
    'p *.txt {lr}',
    'p "$HOME" {lr}',
    'source activate {lr}',
  ])('%j needs a shell, which gets the value as a parameter', (template) => {
    const command = made(template, { lr: '"; rm -rf /' });
    expect(command).toEqual({
      kind: 'shell',
      script: template.replace('{lr}', '"$1"'),
      parameters: ['"; rm -rf /'],
    });
  });

  test.each([
    ['p --lr {lr} --note {note} | cat', 'p --lr "$1"  | cat'],
    ['p --note={note} --lr {lr} | cat', 'p  --lr "$1" | cat'],
    ['(p --lr {lr} --note {note})|cat', '(p --lr "$1" )|cat'],
    ['p {lr} {note} | cat', 'p "$1" "$2" | cat'],
    ['p --note {note}.txt {lr} | cat', 'p --note "$1".txt "$2" | cat'],
  ])('a blank cell leaves its flag out of a shell line too: %j', (template, script) => {
    expect(made(template, { lr: '1', note: '' })).toMatchObject({ kind: 'shell', script });
  });

  test('a value that would be taken for a flag stays with its own in a shell line too', () => {
    const template = 'printf "%s\\n" --lr {lr} --note {note} -x {note} | cat';
    const command = made(template, { lr: '-1', note: '-rf' });
    expect(command).toMatchObject({ kind: 'shell', parameters: ['-1', '-rf'] });
    if (command.kind !== 'shell') throw new Error('it needs a shell');
    expect(sh(command.script, ...wordsOf(command))).toBe('--lr\n-1\n--note=-rf\n-x\n-rf\n');
  });

  test('substitutions within quotes are passed to the shell as they are', () => {
    for (const quoted of ['"$(date "+%s")"', '"`date`"', '"$HOME $"', '"$((1 + 2))"', `"$(echo '"')"`]) {
      const command = made(`echo ${quoted} {lr}`, { lr: '1' });
      expect(command).toMatchObject({ kind: 'shell', script: `echo ${quoted} "$1"`, parameters: ['1'] });
    }
  });

  test('ten values and more, and one that is named twice', () => {
    const cells = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`c${at}`, String(at)]));
    const names = Object.keys(cells).map((name) => `{${name}}`);
    const command = made(`echo ${names.join(' ')} {c0} | cat`, cells);
    expect(command).toMatchObject({
      script: expect.stringMatching(/"\$9" "\$\{10\}" "\$\{11\}" "\$1" \| cat$/),
    });
  });

  test('doubled braces, variables of the shell, {a,b} and { } are no placeholders', () => {
    expect(wordsOf(made('p {{lr}} {a,b} {1..3} {} { }', { lr: '1' }))).toEqual([
      'p',
      '{lr}',
      '{a,b}',
      '{1..3}',
      '{}',
      '{',
      '}',
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell's is meant
    expect(made('p ${lr}', { lr: '1' })).toMatchObject({ kind: 'shell', parameters: [] });
  });

  test.each([
    ['p --lr {lrr}', /there is no column \{lrr\}\n {2}p --lr \{lrr\}\n {9}\^{5}/],
    ["p 'x {lr}'", /the placeholder \{lr\} stands in quotes\n {2}p 'x \{lr\}'\n {7}\^{4}/],
    ['p "{lr}" > x', /stands in quotes/],
    ['p "$(cat {lr})"', /stands in quotes/],
    ['p "$(cat "{lr}")"', /stands in quotes/],
    ['p "a $(echo ")" "{lr}") b"', /stands in quotes/],
    ['p "$(a "$(b "{lr}")")"', /stands in quotes/],
    ['p "`cat "{lr}"`"', /stands in quotes/],
    ['cat <<END\n{lr}\nEND', /stands in a here-document/],
    ['p \'{"lr": {lr}}\'', /stands in quotes/],
    ['p "x', /a quote is opened and never closed/],
    ['  ', /the command is empty/],
  ])('%j is refused, and the place shown', (template, words) => {
    expect(() => made(template, { lr: '1' })).toThrow(words);
  });

  test('names the columns there are', () => {
    const failure = (() => {
      try {
        return made('p {x}', { lr: '1', 学习率: '2' });
      } catch (problem) {
        return problem;
      }
    })();
    expect(failure).toBeInstanceOf(CommandProblem);
    expect((failure as CommandProblem).hint).toContain('columns: lr, 学习率');
  });
});

test('a row has its own command, as a template or as it stands', () => {
  const make = commandMaker({ kind: 'column', column: 'cmd' }, ['lr', 'cmd']);
  expect(make(rowOf({ lr: '0.1' }, { command: 'python a.py {lr}' }))).toEqual({
    kind: 'argv',
    words: ['python', 'a.py', '0.1'],
  });
  expect(() => make(rowOf({ lr: '0.1' }))).toThrow(/the row has no command/);
});

describe('against real programs', () => {
  const printArgv = ['-c', 'import sys, json; print(json.dumps(sys.argv[1:]))'];

  test('plain templates are split into the words that sh makes of them', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        '-x',
        '--k=v',
        "'a b'",
        '"c d"',
        '\\ ',
        '"\\""',
        "''",
        '""',
        "a'b'c",
        '=',
        '中',
        '[1,2]',
        ':',
        '@',
      ),
      fc.stringMatching(/^[A-Za-z0-9_./,:@%+-]{1,6}$/),
    );
    const line = fc.array(
      fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(line, (words) => {
        const template = `prog ${words.join(' ')}`;
        const split = splitTemplate(template, () => false);
        expect(split.needsShell).toBe(false);
        const ours = split.words
          .slice(1)
          .map(({ pieces }) => pieces.map((part) => ('text' in part ? part.text : '')).join(''));
        // Each argument ends with a zero, which none can hold.
        const theirs = sh(`prog() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${template}`).split(
          '\0',
        );
        theirs.pop();
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 150 },
    );
  });

  test('a shell line hands on any value as it is', () => {
    fc.assert(
      fc.property(awkwardText(), awkwardText(), (one, other) => {
        const command = made('printf "%s\\0" {one} x{other}y | cat', { one, other });
        if (command.kind !== 'shell') throw new Error('it needs a shell');
        expect(
          sh(command.script, ...wordsOf(command))
            .split('\0')
            .slice(0, -1),
        ).toEqual([one, `x${other}y`]);
      }),
      { numRuns: 80 },
    );
  });

  test.skipIf(skipWithout('python3'))('a program is given each cell as it is [needs python3]', () => {
    fc.assert(
      fc.property(fc.array(awkwardText(), { minLength: 20, maxLength: 40 }), (texts) => {
        const cells = texts.flatMap((text, at): [string, string][] =>
          text === '' ? [] : [[`c${at}`, text]],
        );
        const words = wordsOf(argvCommand(['python3', ...printArgv], cells));
        const heard = JSON.parse(execFileSync('python3', words.slice(1), { encoding: 'utf8' })) as string[];
        expect(heard).toEqual(words.slice(3));
        expect([...pairs(heard)]).toEqual(cells);
      }),
      { numRuns: 4 },
    );
  });
});

/** `--k v` and `--k=v`, as a program reads them. */
function* pairs(words: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const equals = word.indexOf('=');
    if (equals !== -1) yield [word.slice(2, equals), word.slice(equals + 1)];
    else {
      yield [word.slice(2), words[at + 1] ?? ''];
      at += 1;
    }
  }
}
