/** The machine's processes: the few that hold GPUs each second, all of them now and then, and ending some. */
import { isEnded } from '../../../model/process.ts';
import type { ProcessFacts, ProcessSource } from '../sources.ts';
import { createBootClock } from './bootClock.ts';
import { isHidden } from './hidden.ts';
import { createIdentityReader } from './kill/identity.ts';
import { killProcesses } from './kill/killProcesses.ts';
import { loadSystemCall, type SystemCall } from './kill/processHandle.ts';
import { createProcessReader, type ProcessReaderOptions } from './processReader.ts';
import { startProcessSweep } from './processSweep.ts';
import { readThreadCount } from './threads.ts';
import { createUserNames, type UserNames } from './userNames.ts';

export interface ProcessSourceOptions {
  /** Where /proc is looked for; tests feed recorded trees. */
  root?: string;
  userNames?: UserNames;
  /** Whom nobody ends from here, with everything above and below it. */
  ownPid?: number;
}

/**
 * Another program is noticed at once; what a program changes of itself (its title, its working folder) later. Looking
 * at one process again costs as much as ten readings.
 */
const REMEMBER_INSPECTED_MS = 60_000;
const REMEMBER_SWEPT_MS = 180_000;
/** More than nearly any machine has on its GPUs; a descriptor each. */
const MOST_OPEN_FILES = 256;
/** How long a sample waits for names that were never asked for; until they come the numbers are shown. */
const NAME_PATIENCE_MS = 500;

/** Starts watching. */
export function startProcessSource(options: ProcessSourceOptions = {}): ProcessSource {
  const { root = '/', userNames = createUserNames(), ownPid = process.pid } = options;
  const readBootedAtMs = createBootClock(root, Date.now, () => performance.now());
  const startReader = (
    rememberMs: number,
    more: Pick<ProcessReaderOptions, 'mostOpenFiles' | 'looksAtModules'> = {},
  ) => createProcessReader({ root, userNames, rememberMs, readBootedAtMs, ...more });
  const inspected = startReader(REMEMBER_INSPECTED_MS, {
    mostOpenFiles: MOST_OPEN_FILES,
    looksAtModules: true,
  });
  const sweep = startProcessSweep(root, startReader(REMEMBER_SWEPT_MS));
  let systemCall: Promise<SystemCall | null> | null = null;

  return {
    async inspect(pids) {
      const found = new Map<number, ProcessFacts>();
      for (const pid of pids) {
        const facts = inspected.read(pid);
        if (facts !== null) found.set(pid, facts);
      }
      inspected.keepOnly(new Set(pids));
      await nameUsers([...found.values()]);
      return found;
    },
    async all() {
      const processes = await sweep.all();
      await nameUsers(processes);
      return processes;
    },
    hides: (pid) => isHidden(root, pid),
    async kill(targets, authority, graceMs) {
      systemCall ??= loadSystemCall();
      const reader = startReader(0);
      const readIdentity = createIdentityReader(root);
      const own = reader.readStat(ownPid);
      const readFacts = async (pid: number) => {
        const facts = reader.read(pid);
        if (facts !== null) await nameUsers([facts]);
        return facts;
      };
      const results = await killProcesses(targets, authority, {
        look: {
          readStat: reader.readStat,
          readFacts,
          readIdentity,
          isHidden: (pid) => isHidden(root, pid),
          countThreads: (pid) => readThreadCount(root, pid),
        },
        ourselves: {
          pid: ownPid,
          ancestorPids: own === null ? [] : (readIdentity(ownPid, own).ancestorPids ?? []),
        },
        systemCall: await systemCall,
        graceMs,
      });
      // Whoever ended them looks again at once, and is not to find them for another round.
      for (const { pid, outcome } of results) if (isEnded(outcome)) sweep.forget(pid);
      return results;
    },
    async stop() {
      await sweep.stop();
      inspected.keepOnly(new Set());
    },
  };

  /** Replaces numbers by names that have become known since the process was read. */
  async function nameUsers(processes: readonly ProcessFacts[]): Promise<void> {
    const uids = new Set(processes.flatMap(({ uid }) => (uid === null ? [] : [uid])));
    await userNames.settle(uids, NAME_PATIENCE_MS);
    for (const process of processes) {
      if (process.uid !== null) process.user = userNames.nameOf(process.uid);
    }
  }
}
