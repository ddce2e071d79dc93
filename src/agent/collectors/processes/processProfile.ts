/** What rarely changes of a process: whose it is, what was started and where. Read from /proc, masked at once. */
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { maskArguments } from '../../../lib/mask/maskArguments.ts';
import { MAX_COMMAND_CHARACTERS, MAX_PATH_CHARACTERS } from '../../../model/limits.ts';
import { readKernelFile, readKernelRecord } from '../kernelFile.ts';
import type { ProcessFacts } from '../sources.ts';
import { readAncestors } from './ancestors.ts';
import { type ProcessStat, parseArguments, parseContainerId, parseUid } from './processText.ts';
import { findMappedEnvironment, findPythonEnvironment, isBarePython } from './pythonEnvironment.ts';

export interface ProcessProfile {
  facts: Pick<ProcessFacts, 'executable' | 'workingDirectory' | 'uid' | 'containerId' | 'ancestorPids'>;
  /** Null while it could not be asked for without danger. */
  launch: Launch | null;
}

/** What its arguments tell. */
export interface Launch {
  /** From what it was made: while that is the same, masking it again would only say the same again. */
  from: { text: string; executable: string | null; workingDirectory: string | null };
  command: string | null;
  /** Base name of the program as it was called; `comm` is cut after 15 bytes. */
  programName: string | null;
  pythonEnvironment: string | null;
  /** How often its loaded modules may still be looked at for the environment. */
  looksLeft: number;
}

/** A millisecond each; by the last one, a minute or two after its start, a training has loaded its modules. */
const MOST_LOOKS = 4;

/** Four times what is kept: masked text is shorter than it was. */
const COMMAND_LINE_BYTES = 4 * MAX_COMMAND_CHARACTERS;
/** Deeper than any honest tree of shells, launchers and workers; a list of every process pays for each of them. */
const LISTED_ANCESTORS = 64;

/**
 * The profile of a process, from its folder in /proc, whose stat was just read. To read arguments the kernel takes the lock of that process's
 * memory: one that hangs in a driver (state D) may hold it for ever, and whoever asks hangs too. So in that state
 * what was known `before` is kept; and in state Z, where nothing of it can be read any more though other threads of it
 * may go on and hold a GPU.
 */
export function readProcessProfile(
  folder: string,
  stat: ProcessStat,
  parentOf: (pid: number) => number,
  before: ProcessProfile | null,
  looksAtModules: boolean,
): ProcessProfile {
  if (stat.state === 'Z' && before !== null) return before;
  const executable = readLink(`${folder}/exe`);
  const workingDirectory = readLink(`${folder}/cwd`);
  return {
    facts: {
      executable,
      workingDirectory,
      uid: parseUid(readKernelRecord(`${folder}/status`) ?? ''),
      containerId: parseContainerId(readKernelFile(`${folder}/cgroup`) ?? ''),
      ancestorPids: readAncestors(stat, LISTED_ANCESTORS, parentOf),
    },
    launch:
      stat.state === 'D'
        ? (before?.launch ?? null)
        : withModules(
            readLaunch(folder, executable, workingDirectory, before?.launch ?? null),
            looksAtModules ? folder : null,
          ),
  };
}

/** The same with the environment that its loaded modules tell, where nothing else did. */
function withModules(launch: Launch, folder: string | null): Launch {
  if (folder === null || launch.pythonEnvironment !== null || launch.looksLeft === 0) return launch;
  const found = findMappedEnvironment(readKernelFile(`${folder}/maps`) ?? '', launch.from.executable ?? '');
  return {
    ...launch,
    pythonEnvironment: found === null ? null : cut(found, MAX_PATH_CHARACTERS),
    looksLeft: launch.looksLeft - 1,
  };
}

function readLaunch(
  folder: string,
  executable: string | null,
  workingDirectory: string | null,
  before: Launch | null,
): Launch {
  const text = readKernelFile(`${folder}/cmdline`, COMMAND_LINE_BYTES) ?? '';
  const from = { text, executable, workingDirectory };
  if (before !== null && isSame(before.from, from)) return before;
  const argv = parseArguments(text, Buffer.byteLength(text) >= COMMAND_LINE_BYTES);
  return {
    from,
    command: argv.length === 0 ? null : cut(maskArguments(argv).join(' '), MAX_COMMAND_CHARACTERS),
    // A program that renamed itself (`sshd: alice`) left a title, not a path.
    programName: argv[0] && !argv[0].includes(' ') ? basename(argv[0]) : null,
    pythonEnvironment: findPythonEnvironment({ executable, workingDirectory, argv }),
    looksLeft: isBarePython({ executable, workingDirectory, argv }) ? MOST_LOOKS : 0,
  };
}

const isSame = (before: Launch['from'], now: Launch['from']): boolean =>
  before.text === now.text &&
  before.executable === now.executable &&
  before.workingDirectory === now.workingDirectory;

/** Where one of /proc's links points: the kernel answers by itself, no file system is asked. Null where it may not be known. */
function readLink(path: string): string | null {
  try {
    return cut(readlinkSync(path), MAX_PATH_CHARACTERS);
  } catch {
    return null;
  }
}

/** At most so many characters, and no half of one at the end. */
function cut(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters).toWellFormed();
}
