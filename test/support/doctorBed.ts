/** A machine, a hub and an agent as the doctor's tests imagine them: in order and without a card, until a test changes it. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { examine } from '../../src/agent/doctor/doctor.ts';
import type { DoctorFacts, HubHealth } from '../../src/agent/doctor/facts.ts';
import type { Check } from '../../src/model/check.ts';
import type { Driver, NodeSample } from '../../src/model/node.ts';
import { imagineMachineRoot, type MachineRoot } from './imaginedMachineRoot.ts';
import { bareSample } from './samples.ts';

export interface DoctorBed {
  /** The folder that stands for the machine's root, new for each test. */
  root(): MachineRoot;
  facts(changes?: Partial<DoctorFacts>): DoctorFacts;
  /** One finding of a whole examination. */
  find(name: string, changes?: Partial<DoctorFacts>): Promise<Check>;
}

/** A sample whose driver says this. */
export const sampleWith = (driver: Partial<Driver>, changes: Partial<NodeSample> = {}): NodeSample => {
  const sample = bareSample('atlas', 1);
  return { ...sample, ...changes, driver: { ...sample.driver, ...driver } };
};

const notThere = async (): Promise<HubHealth> => {
  throw new Error('ECONNREFUSED');
};

/** Sets up before each test of a file, and cleans up after it. */
export function doctorBed(): DoctorBed {
  let root: MachineRoot;
  beforeEach(async () => {
    root = await imagineMachineRoot();
    for (const tool of ['sh', 'mkdir', 'mv', 'sync']) {
      await root.file(`/usr/bin/${tool}`);
      await chmod(join(root.path, 'usr', 'bin', tool), 0o755);
    }
  });
  afterEach(() => root.remove());
  const facts = (changes: Partial<DoctorFacts> = {}): DoctorFacts => ({
    root: root.path,
    sample: Promise.resolve(sampleWith({ state: 'absent', message: 'no library; tried /usr/lib/a, /opt/b' })),
    link: null,
    namedLibrary: null,
    dataFolder: join(root.path, 'data'),
    hubUrl: 'http://127.0.0.1:3569',
    isHubNamed: false,
    askHealth: notThere,
    port: 3569,
    whoListens: async () => null,
    killModeOf: async () => null,
    doesLinger: async () => null,
    version: '1.0.0',
    uid: 0,
    glibcVersion: '2.36',
    nodeVersion: 'v24.1.0',
    searchPath: '/usr/bin',
    say: (english) => english,
    ...changes,
  });
  return {
    root: () => root,
    facts,
    async find(name, changes) {
      const check = (await examine(facts(changes))).find((candidate) => candidate.name === name);
      if (!check) throw new Error(`no check ${name}`);
      return check;
    },
  };
}
