/** Words in English for finding a free GPU. */
import { stateWords } from '../../../src/fleet/words.ts';

export const find = {
  find: {
    button: 'Find me a GPU…',
    title: 'Find a free GPU',
    gpus: 'How many',
    memory: 'GiB free, each',
    model: 'Model',
    any: 'any',
    wrong: 'A whole number from 1 to 64, and memory like 40 or 512M.',
    offers: 'Free now, on one machine',
    each: (gib: string, gpus: number) => `${gib} GiB free${gpus === 1 ? '' : ' each'}`,
    command: 'the command',
    environment: (machine: string) => `CUDA_VISIBLE_DEVICES for ${machine}`,
    nothingTaken:
      'Looking takes nothing: somebody may be faster. With -- COMMAND behind it, the command takes the cards and runs there.',
    waits: 'This command waits until there are some.',
    none: 'None now.',
    nearest: (machine: string, found: number, wanted: number) =>
      `Nearest: ${machine}, ${found} of ${wanted}.`,
    roomiest: (machine: string, index: number, gib: string) =>
      `The free one with most memory: ${machine} GPU ${index}, ${gib} GiB.`,
    reasons: stateWords.en.miss,
  },
};
