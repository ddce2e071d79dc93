/** What a check may look at, and how it says what it found. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Check } from '../../model/check.ts';
import type { NodeSample } from '../../model/node.ts';
import type { LinkState } from '../hubLink.ts';

/** What a check found; its name is given by the list in doctor.ts. */
export type Finding = Omit<Check, 'name'>;
/** Null: there is nothing to say of this here. Must not throw for what a machine may lack. */
export type CheckUp = (facts: DoctorFacts) => Promise<Finding | null> | Finding | null;

export interface HubHealth {
  version: string;
  /** The hub's clock, in the middle of the request. */
  nowMs: number;
  /** Ours, at that moment. */
  hereNowMs: number;
  /** It cannot write what it must keep. */
  hasQueueTrouble: boolean;
}

/** The service that a process runs in, and whether it is one of a user's own systemd. */
export interface SystemdUnit {
  name: string;
  isUsers: boolean;
}

export interface DoctorFacts {
  /** Before /proc, /sys and /dev: empty, but for tests. */
  root: string;
  /** What the machine tells of itself, read now or by the running agent; null where it took too long. */
  sample: Promise<NodeSample | null>;
  /** Null where no agent is asked. */
  link: LinkState | null;
  /** What FLOWLINE_NVML names, or null. */
  namedLibrary: string | null;
  dataFolder: string;
  hubUrl: string;
  /** True where somebody named the hub: it ought to be there. */
  isHubNamed: boolean;
  /** @throws with the reason in words. */
  askHealth(hubUrl: string): Promise<HubHealth>;
  port: number;
  whoListens(port: number): Promise<string | null>;
  /** What systemd does with a service's processes when it stops it; null where it cannot be asked. */
  killModeOf(unit: SystemdUnit): Promise<string | null>;
  /** Whether this user's own services outlive his logins; null where nobody says. */
  doesLinger(): Promise<boolean | null>;
  version: string;
  uid: number;
  /** Like `2.36`; null where the C library is another. */
  glibcVersion: string | null;
  nodeVersion: string;
  /** PATH of the user. */
  searchPath: string;
  /** Picks the language of whoever asks. */
  say: (english: string, chinese: string) => string;
}

export const ok = (found: string): Finding => ({ result: 'ok', found, advice: null });
export const note = (found: string, advice: string | null = null): Finding => ({
  result: 'note',
  found,
  advice,
});
export const problem = (found: string, advice: string | null): Finding => ({
  result: 'problem',
  found,
  advice,
});

/** The text of a file of the kernel, or null where it is not there or may not be read. */
export const readText = ({ root }: Pick<DoctorFacts, 'root'>, path: string): Promise<string | null> =>
  readFile(root + path, 'utf8').catch(() => null);

/** The names in a folder; none where it is not there or may not be read. */
export const listFolder = ({ root }: Pick<DoctorFacts, 'root'>, path: string): Promise<string[]> =>
  readdir(root + path).catch(() => []);

/** The last part of what a link points to, or null. */
export const linkName = async ({ root }: Pick<DoctorFacts, 'root'>, path: string): Promise<string | null> => {
  const target = await readlink(root + path).catch(() => null);
  return target?.split('/').at(-1) ?? null;
};
