import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pack, unpack } from './unpack.ts';

const uid = process.getuid?.() ?? 0;
const carried = pack(
  new Map([
    ['start.cjs', Buffer.from('start')],
    ['node_modules/a/native.node', Buffer.from([0, 1, 2, 255])],
    ['empty', Buffer.alloc(0)],
  ]),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline-unpack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = () => join(folder, 'data', 'standalone');
const lay = (kept = [place()], given: string | null = null, what = carried) =>
  unpack(what, uid, { given, kept, temporary: [folder] });

describe('a place of its own', () => {
  test('the files are laid out once, for this user alone, and found again', () => {
    const first = lay();
    expect(first).toEqual({
      folder: expect.stringMatching(/\/data\/standalone\/[0-9a-f]{32}$/),
      isTemporary: false,
    });
    expect(readFileSync(join(first.folder, 'node_modules/a/native.node'))).toEqual(
      Buffer.from([0, 1, 2, 255]),
    );
    for (const path of [first.folder, place()]) expect(statSync(path).mode & 0o777).toBe(0o700);
    const { ino } = statSync(join(first.folder, 'start.cjs'));
    expect(lay()).toEqual(first);
    expect(statSync(join(first.folder, 'start.cjs')).ino).toBe(ino);
  });

  test('another version has another folder, and nothing is left of the laying out', () => {
    lay();
    lay([place()], null, pack(new Map([['start.cjs', Buffer.from('newer')]])));
    expect(readdirSync(place()).filter((name) => /^[0-9a-f]{32}$/.test(name))).toHaveLength(2);
    expect(readdirSync(place())).toHaveLength(2);
  });

  test.each([
    ['changed', (path: string) => appendFileSync(path, 'x')],
    ['other, as long as it was', (path: string) => writeFileSync(path, 'START')],
    ['gone', (path: string) => rmSync(path)],
    ['writable by others', (path: string) => chmodSync(path, 0o666)],
    [
      'a link',
      (path: string) => {
        rmSync(path);
        symlinkSync('/etc/hostname', path);
      },
    ],
  ])('a file that is %s is laid out anew', (_what, spoil) => {
    const { folder: laid } = lay();
    spoil(join(laid, 'start.cjs'));
    expect(lay().folder).toBe(laid);
    expect(readFileSync(join(laid, 'start.cjs'), 'utf8')).toBe('start');
    expect(statSync(join(laid, 'start.cjs')).mode & 0o777).toBe(0o600);
  });
});

describe('a folder that the parent process gave', () => {
  test('is used as it is where it is whole', () => {
    const { folder: laid } = lay();
    expect(lay([], laid)).toEqual({ folder: laid, isTemporary: false });
  });

  test('and that others may write to is not: they could exchange its files', () => {
    const { folder: laid } = lay();
    chmodSync(laid, 0o777);
    expect(lay([], laid)).toMatchObject({ isTemporary: true });
  });
});

describe('a place that others could change', () => {
  const refused: [string, () => void][] = [
    [
      'lies in a folder that anybody may write',
      () => {
        mkdirSync(dirname(place()));
        chmodSync(dirname(place()), 0o777);
      },
    ],
    [
      'is a link to elsewhere',
      () => {
        mkdirSync(dirname(place()), { mode: 0o700 });
        mkdirSync(join(folder, 'elsewhere'), { mode: 0o700 });
        symlinkSync(join(folder, 'elsewhere'), place());
      },
    ],
    ['cannot be made', () => symlinkSync('/proc/nowhere', dirname(place()))],
  ];
  if (uid === 0)
    refused.push([
      'belongs to another user',
      () => {
        mkdirSync(place(), { recursive: true, mode: 0o700 });
        chownSync(place(), 4711, 4711);
      },
    ]);

  test.each(refused)('%s: a folder that nobody can guess is used, and told to be removed', (_what, spoil) => {
    spoil();
    const laid = lay();
    expect(laid.isTemporary).toBe(true);
    expect(dirname(laid.folder)).toBe(folder);
    expect(statSync(laid.folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(laid.folder, 'start.cjs'), 'utf8')).toBe('start');
    expect(existsSync(join(folder, 'elsewhere', 'start.cjs'))).toBe(false);
  });
});

describe('a folder above the place', () => {
  const below = () => join(folder, 'above', 'data', 'standalone');
  const isKept = (mode: number, owner: number | null = null): boolean => {
    mkdirSync(join(folder, 'above', 'data'), { recursive: true, mode: 0o700 });
    chmodSync(join(folder, 'above'), mode);
    if (owner !== null) chownSync(join(folder, 'above'), owner, owner);
    return !lay([below()]).isTemporary;
  };
  test.each([
    ['closed', 0o755, true],
    ['open to all, but nobody may rename what is another’s', 0o1777, true],
    ['open to all', 0o777, false],
    ['open to all and executable by none', 0o723, false],
  ])('%s: %o', (_what, mode, isSafe) => {
    expect(isKept(mode)).toBe(isSafe);
  });
  test.runIf(uid === 0)('another user’s, who could put his own into its place', () => {
    expect(isKept(0o755, 4711)).toBe(false);
    expect(existsSync(below())).toBe(false);
  });
  test('where others could change every folder that there is, nothing is started', () => {
    chmodSync(folder, 0o777);
    expect(() => lay([below()])).toThrow('other users could change');
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('a child takes the folder of its parent, and no other that it is told of', () => {
  const parent = unpack(carried, uid, { given: null, kept: [], temporary: [folder] });
  expect(lay([place()], parent.folder)).toEqual({ folder: parent.folder, isTemporary: false });
  appendFileSync(join(parent.folder, 'start.cjs'), 'x');
  expect(lay([place()], parent.folder).folder).toContain('/data/standalone/');
});
