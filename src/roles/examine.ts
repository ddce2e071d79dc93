/** What `flowline doctor` looks at, in its order. Each check is a small function with a stable name. */

import { networkFileSystem } from '../io/dataFolder.ts';
import type { Check } from '../model/check.ts';
import type { Surroundings } from './surroundings.ts';

export interface ExamineOptions {
  surroundings: Surroundings;
  dataFolder: string;
  hubUrl: string;
}

/** Every check, in a fixed order. */
export async function examineMachine({ dataFolder }: ExamineOptions): Promise<Check[]> {
  return [await checkDataFolder(dataFolder)];
}

async function checkDataFolder(folder: string): Promise<Check> {
  const name = 'data-folder';
  try {
    const network = await networkFileSystem(folder);
    if (!network) return { name, result: 'ok', found: `${folder}, on a local disk`, advice: null };
    return {
      name,
      result: 'problem',
      found: `${folder} is on ${network}`,
      advice: 'name a folder on a local disk with --data or FLOWLINE_DATA',
    };
  } catch {
    return { name, result: 'note', found: `${folder} is not there yet`, advice: null };
  }
}
