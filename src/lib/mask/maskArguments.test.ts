import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK } from './mask.ts';
import { maskArguments } from './maskArguments.ts';

const masked = (command: string) => maskArguments(command.split(' ')).join(' ');

describe('a secret is masked', () => {
  test.each([
    ['train.py --api-key abc --lr 1', 'train.py --api-key *** --lr 1'],
    ['train.py --api_key=abc', 'train.py --api_key=***'],
    ['x --hf-token 123456', 'x --hf-token ***'],
    ['x --password 123456', 'x --password ***'],
    ['x --passwordFile 5', 'x --passwordFile ***'],
    ['env DB_PASS=abc MYSQL_PWD=def x --auth u:p', 'env DB_PASS=*** MYSQL_PWD=*** x --auth ***'],
    ['x -token abc', 'x -token ***'],
    ['x --password -abc', 'x --password ***'],
    ['x --use-token -v --token abc', 'x --use-token -v --token ***'],
    ['x --use-token -token abc', 'x --use-token *** ***'],
    ['x --wandbKey abc', 'x --wandbKey ***'],
    ['env HF_TOKEN=abc WANDB_API_KEY=def python a.py', 'env HF_TOKEN=*** WANDB_API_KEY=*** python a.py'],
    ['x +trainer.api_key=abc', 'x +trainer.api_key=***'],
    ['x --api-keys a b c --lr 1', 'x --api-keys *** *** *** --lr 1'],
    ['git clone https://me:pa@ss@host/x', 'git clone https://***@host/x'],
    ['git clone https://sometoken@host/x', 'git clone https://***@host/x'],
    ['psql postgres://u:p/w@db:5432/x', 'psql postgres://***@db:5432/x'],
    ['curl https://h/x?token=abc&page=2', 'curl https://h/x?token=***&page=2'],
    ['x ghp_0123456789abcdefghij', 'x ***'],
    ['x sk-proj-0123456789abcdef', 'x ***'],
    ['x hf_ABCDEFGHIJKLMNOPqrst', 'x ***'],
    ['x AKIAIOSFODNN7EXAMPLE', 'x ***'],
    ['x xoxb-123456789-abc', 'x ***'],
    ['x glpat-abcdefghij1234567890', 'x ***'],
    ['x fl_abcdefghijklmnopqrstuvwxyz', 'x ***'],
    ['x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def', 'x ***'],
  ])('%s', (command, expected) => {
    expect(masked(command)).toBe(expected);
  });

  test.each([
    [
      'export HF_TOKEN=abc; python train.py --api-key "d e f" --lr 1',
      'export HF_TOKEN=***; python train.py --api-key *** --lr 1',
    ],
    ['PASSWORD="a b', 'PASSWORD=***'],
    ["x TOKEN='a b' y", 'x TOKEN=*** y'],
    ['run --use-token --hf-token abc', 'run --use-token --hf-token ***'],
    ['{"api_key": "abc", "lr": 1}', '{"api_key": *** "lr": 1}'],
    ['{"api_keys": ["abc", "def"], "lr": 1}', '{"api_keys": *** "lr": 1}'],
    ['Authorization: Bearer abc', 'Authorization: ***'],
    ['X-Api-Key: abc', 'X-Api-Key: ***'],
  ])('inside one argument: %s', (argument, expected) => {
    expect(maskArguments(['sh', '-c', argument])[2]).toBe(expected);
  });

  test('a value with spaces and line ends goes whole', () => {
    expect(maskArguments(['x', '--secret=a b\nc', 'TOKEN=d e'])).toEqual(['x', '--secret=***', 'TOKEN=***']);
  });
});

test.each([
  'train.py --tokenizer bert-base --max-tokens 512 --lr 1e-4',
  'train.py --keys-per-row 5 --num-key-value-heads 8 --key-dim=64',
  'serve --max_new_tokens=1024 --pad-token-id 0 --max-num-batched-tokens 8192',
  'x --tokenizer-path /models/llama --use-auth-token true',
  'x --pass-rate 0.5 --author me PWD=/home/me',
  'x --keypoints 17 --keyframe-interval 2 --keyword cat',
  'ssh -p 2222 git@host.example path:/keys',
  'python -m torch.distributed.run --nproc-per-node 8 train.py',
  'curl http://host:8080/path?page=2',
])('ordinary arguments stay readable: %s', (command) => {
  expect(masked(command)).toBe(command);
});

const secretName = fc
  .tuple(
    fc.constantFrom('', 'my-', 'HF_', 'wandb.', 'aws'),
    fc.constantFrom('key', 'token', 'secret', 'password', 'Key', 'API_KEY', 'passwd', 'credentials'),
    fc.constantFrom('', '-value', '_X', '2'),
  )
  .map((parts) => parts.join(''));
/** A secret: a value that no argument of a test has by chance, no number, no option. */
const secret = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).map((text) => `S€${text}CRET€`);
const anything = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });

test('the value of a secret name never survives, in whichever form and company', () => {
  fc.assert(
    fc.property(
      anything,
      anything,
      secretName,
      secret,
      fc.boolean(),
      (before, after, name, value, joined) => {
        const argv = [...before, ...(joined ? [`--${name}=${value}`] : [`--${name}`, value]), ...after];
        expect(maskArguments(argv).join(' ')).not.toContain(value);
      },
    ),
  );
});

test('an assignment in shell text never survives, quoted or not', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9/+=.:@!?*-]{3,30}$/).map((text) => `S€${text}`);
  fc.assert(
    fc.property(secretName, word, fc.constantFrom('', '"', "'"), (name, value, quote) => {
      const masks = maskArguments([
        'bash',
        '-c',
        `cd /x && ${name}=${quote}${value}${quote} python a.py; ls`,
      ]);
      expect(masks[2]).not.toContain(value);
      expect(masks[2]).toContain('python a.py; ls');
    }),
  );
});

test('masking twice changes nothing more', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '--',
          'key',
          'token',
          '=',
          ':',
          ' ',
          '"',
          "'",
          '***',
          '\\',
          '[',
          '{',
          '}',
          ']',
          '://',
          '@',
          'a',
          '-',
          'Bearer',
          'cookie',
          ';',
          '\n',
          'eyJ',
          'sk-',
          '5',
          '.',
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.array(hostile), (argv) => {
      const once = maskArguments(argv);
      expect(once).toHaveLength(argv.length);
      expect(maskArguments(once)).toEqual(once);
    }),
    { numRuns: 2000 },
  );
});

test('a hostile command line costs no noticeable time', () => {
  const parts = [
    'a',
    '://a:',
    '"',
    '--',
    'key=',
    '[',
    '\\',
    "'",
    'eyJ',
    ' ',
    '-----BEGIN ',
    'sk-',
    '{"',
    '@',
  ];
  for (const part of parts) {
    const text = part.repeat(Math.ceil(131_072 / part.length));
    const started = performance.now();
    maskArguments([text, '--token', text, `x=${text}`]);
    expect(performance.now() - started, `128 KiB of ${part}`).toBeLessThan(2000);
  }
});

test('the mask itself tells nothing of the length', () => {
  expect(maskArguments(['--key', 'a'.repeat(500)])[1]).toBe(MASK);
});
