/**
 * The driver's process: the only one that has NVIDIA's library inside, so that a hanging driver takes nobody along.
 * It is asked a line and answers a line until its parent closes the channel. Told in states: asked to start, it opens the
 * library, says ready or what is wrong, then answers samples. Trouble of the driver as a whole ends it: whatever
 * comes next begins with a fresh library in a fresh process.
 *
 * It imports neither zod nor anything else that is large: what it says is checked by its parent, once.
 */

import { said } from '../../said.ts';
import { number32, text } from './bytes.ts';
import { createLineReader, writeLine } from './channel.ts';
import { dieWithParent } from './dieWithParent.ts';
import { createGpus, type Gpus, NvmlError } from './gpus.ts';
import { type Nvml, startNvml } from './library.ts';
import type { ChildMessage, SampleRequest, StartRequest } from './messages.ts';
import { out } from './probe.ts';
import { SUCCESS } from './returns.ts';
import { cudaVersionWords } from './words.ts';

/** @param options.nvmlLibrary the library to use instead of the system's (FLOWLINE_NVML), or null */
export function runDriverChild(options: { nvmlLibrary: string | null }): void {
  const nextLine = createLineReader();
  const nvml = start(nextLine(), options.nvmlLibrary);
  if (nvml === null) return;
  const gpus = createGpus(nvml);
  for (let line = nextLine(); line !== null; line = nextLine()) {
    if (!answer(gpus, JSON.parse(line) as SampleRequest)) return;
  }
  nvml.calls.shutdown();
}

/** @returns the library, or null where there is none to read: the parent was told why */
function start(line: string | null, nvmlLibrary: string | null): Nvml | null {
  // The parent was gone before it asked.
  if (line === null) return null;
  const request = JSON.parse(line) as StartRequest;
  dieWithParent(request.parentPid);
  const started = startNvml(nvmlLibrary);
  if ('state' in started) {
    say({ say: 'trouble', ...started });
    return null;
  }
  say({ say: 'ready', ...readVersions(started) });
  return started;
}

/** @returns whether the driver as a whole still answers */
function answer(gpus: Gpus, due: SampleRequest): boolean {
  try {
    say(gpus.sample(due));
    return true;
  } catch (error) {
    if (!(error instanceof NvmlError)) throw error;
    say({
      say: 'trouble',
      state: 'failed',
      isLasting: false,
      ...said({ kind: 'stopped-answering', words: error.message }),
    });
    return false;
  }
}

function say(message: ChildMessage): void {
  writeLine(message);
}

function readVersions({ calls }: Nvml): { version: string | null; cudaVersion: string | null } {
  const letters = Buffer.alloc(80);
  const version = calls.driverVersion(letters, letters.length) === SUCCESS ? text(letters) : null;
  const cudaVersion = calls.cudaVersion(out) === SUCCESS ? cudaVersionWords(number32(out)) : null;
  return { version, cudaVersion };
}
