/** Opens NVIDIA's management library and starts it. Says in words why it could not. Where to look is libraryPlaces.ts's. */
import koffi, { type LibraryHandle } from 'koffi';
import type { DriverState } from '../../../model/node.ts';
import { type Said, said } from '../../said.ts';
import { type KernelSide, thisKernel } from './kernelSide.ts';
import { libraryPaths } from './libraryPlaces.ts';
import { DRIVER_NOT_LOADED, LIBRARY_MISMATCH, NO_PERMISSION, SUCCESS } from './returns.ts';
import { bindCalls, type NvmlCalls } from './symbols.ts';

export interface Nvml {
  calls: NvmlCalls;
  /** NVML's own words for a return code. */
  say(result: number): string;
}

/** Why there is nothing to read, in the driver's states. */
export interface Trouble extends Said {
  state: Extract<DriverState, 'absent' | 'mismatch' | 'failed'>;
  /** It stays so until somebody installs or loads a driver, or reboots. Signs tell of that (libraryPlaces.ts). */
  isLasting: boolean;
}

/**
 * @param named the library to use instead of the system's (FLOWLINE_NVML), or null
 * @param kernel what it knows of a driver that the library does not find
 */
export function startNvml(named: string | null, kernel: KernelSide = thisKernel): Nvml | Trouble {
  const opened = openFirst(libraryPaths(named));
  if ('state' in opened) return opened;
  const nvml: Nvml = { calls: bindCalls(opened), say: bindWords(opened) };
  const result = nvml.calls.initialise();
  return result === SUCCESS ? nvml : initialisationTrouble(result, nvml.say(result), kernel);
}

function openFirst(paths: readonly string[]): LibraryHandle | Trouble {
  const failures: string[] = [];
  for (const path of paths) {
    try {
      return koffi.load(path);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (!isMissing(path, words)) failures.push(`${path} (${words})`);
    }
  }
  if (failures.length > 0) {
    return {
      state: 'failed',
      isLasting: false,
      ...said({ kind: 'library-not-opened', words: failures.join(', ') }),
    };
  }
  return { state: 'absent', isLasting: true, ...said({ kind: 'no-library', tried: [...paths] }) };
}

/** Whether it is this library that is not there, and not one that it needs: the loader names that one. */
function isMissing(path: string, words: string): boolean {
  if (!words.includes('No such file')) return false;
  const named = words.match(/(\S+\.so\S*): cannot open/)?.[1];
  return named === undefined || path.endsWith(named);
}

function bindWords(library: LibraryHandle): (result: number) => string {
  try {
    const errorString = library.func('nvmlErrorString', 'const char *', ['int']);
    return (result) => `${errorString(result)} (NVML ${result})`;
  } catch {
    return (result) => `NVML ${result}`;
  }
}

function initialisationTrouble(result: number, words: string, kernel: KernelSide): Trouble {
  switch (result) {
    case LIBRARY_MISMATCH:
      return { state: 'mismatch', isLasting: true, ...said({ kind: 'version-mismatch', words }) };
    case DRIVER_NOT_LOADED:
      return notLoaded(words, kernel);
    case NO_PERMISSION:
      return {
        state: 'failed',
        isLasting: false,
        ...said({ kind: 'not-initialised', words, look: 'rights' }),
      };
    default:
      return { state: 'failed', isLasting: false, ...said({ kind: 'not-initialised', words, look: null }) };
  }
}

function notLoaded(words: string, kernel: KernelSide): Trouble {
  const trouble = (state: 'failed' | 'absent', look: 'devices' | 'module' | 'card'): Trouble => ({
    state,
    isLasting: true,
    ...said({ kind: 'not-initialised', words, look }),
  });
  if (kernel.hasModule()) return trouble('failed', 'devices');
  return kernel.mayHaveCard() ? trouble('failed', 'module') : trouble('absent', 'card');
}
