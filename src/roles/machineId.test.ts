/** The id of a machine that the system gave none. */
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { knownMachineId, type MachineIdPlaces, machineId, machineIdPlaces } from './machineId.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flowline-machine-id-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const places = (data: string): MachineIdPlaces => ({
  systemFiles: [join(root, 'etc-machine-id')],
  sharedFolder: join(root, 'state'),
  dataFolders: [join(root, data), join(root, data, 'agent')],
});

test('agent, hub and commands of one user are on one machine, whatever data folder each was given', async () => {
  expect(await knownMachineId(places('command'))).toBeNull();
  const made = await machineId(places('agent'));
  expect(await machineId(places('hub'))).toBe(made);
  expect(await knownMachineId(places('command'))).toBe(made);
});

test('two that start at once agree, and leave nothing beside it', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => machineId(places('data'))));
  expect(new Set(ids).size).toBe(1);
  expect(await readdir(join(root, 'state'))).toEqual(['machine-id']);
});

test('an id that an earlier version kept for the agent goes on, for commands too', async () => {
  await mkdir(join(root, 'data', 'agent'), { recursive: true });
  await writeFile(join(root, 'data', 'agent', 'machine-id'), 'the-old-one\n');
  expect(await machineId(places('data'))).toBe('the-old-one');
  expect(await knownMachineId(places('elsewhere'))).toBe('the-old-one');
});

test('where the shared place cannot be written, the data folder keeps it', async () => {
  await writeFile(join(root, 'state'), 'a file where the folder would be');
  const made = await machineId(places('data'));
  expect(await readFile(join(root, 'data', 'machine-id'), 'utf8')).toBe(`${made}\n`);
  expect(await knownMachineId(places('data'))).toBe(made);
});

test.skipIf(process.getuid?.() !== 0)('an id in a folder of another user is not believed', async () => {
  await mkdir(join(root, 'state'));
  await writeFile(join(root, 'state', 'machine-id'), 'of a stranger');
  await chown(join(root, 'state'), 65_534, 65_534);
  expect(await knownMachineId(places('data'))).toBeNull();
});

test("the system's own id goes first, and never goes out as it is", async () => {
  const made = await machineId(places('data'));
  const secret = '0123456789abcdef0123456789abcdef';
  await writeFile(join(root, 'etc-machine-id'), `${secret}\n`);
  const id = await machineId(places('data'));
  expect(id).not.toBe(made);
  expect(id).not.toContain(secret);
  expect(await knownMachineId(places('other'))).toBe(id);
});

test('the shared place is not the data folder that somebody named', async () => {
  const { sharedFolder, dataFolders } = await machineIdPlaces(
    '/data',
    { FLOWLINE_DATA: '/data', HOME: '/home/ada', XDG_STATE_HOME: join(root, 'xdg') },
    1000,
  );
  expect(sharedFolder).toBe(join(root, 'xdg', 'flowline'));
  expect(dataFolders).toEqual(['/data', '/data/agent']);
});
