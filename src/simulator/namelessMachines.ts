/** As many machines as one asks for, in three rooms, so that map and load can be tried. */
import { logins } from './people.ts';
import type { MachinePlan, PlannedJob } from './plan.ts';
import { between, pick, type Random, wholeBetween } from './random.ts';

const rooms = [
  { letter: 'a', cards: [8, 'h100'], hardware: 'two xeons' },
  { letter: 'b', cards: [8, 'a100-80'], hardware: 'two epycs' },
  { letter: 'c', cards: [8, 'rtx-4090'], hardware: 'one epyc' },
] as const satisfies readonly (Pick<MachinePlan, 'cards' | 'hardware'> & { letter: string })[];

const workingRecipes = ['train', 'sweep', 'sample', 'eval', 'finetune', 'vllm'] as const;

/** Plans of this many machines, room after room: `gpu-a01` and so on. */
export function namelessMachines(count: number, random: Random): MachinePlan[] {
  const inEachRoom = Math.ceil(count / rooms.length);
  return Array.from({ length: count }, (_, place) => {
    const room = rooms[Math.floor(place / inEachRoom)] ?? rooms[0];
    const number = (place % inEachRoom) + 1;
    return {
      id: `gpu-${room.letter}${String(number).padStart(2, '0')}`,
      address: `10.20.${rooms.indexOf(room) + 1}.${number % 254 || 254}`,
      cards: room.cards,
      hardware: room.hardware,
      jobs: jobsOn(room.cards[0], random),
      startsAnHour: 15,
      ...(random() < 0.04 ? { dusty: [0, 1, 2, 3, 4, 5, 6, 7] } : {}),
      ...(random() < 0.02 ? { repairPending: wholeBetween(random, 0, 7) } : {}),
    };
  });
}

/** Most cards work, some only hold, the others are free. */
function jobsOn(cards: number, random: Random): NonNullable<MachinePlan['jobs']> {
  return Array.from({ length: cards }, (_, gpu) => gpu).flatMap((gpu): PlannedJob[] => {
    const chance = random();
    if (chance < 0.12) return [];
    const by = pick(random, logins);
    if (chance < 0.17) return [{ recipe: 'notebook', by, gpus: [gpu], hoursAgo: between(random, 1, 20) }];
    const recipe = pick(random, workingRecipes);
    const hoursAgo = between(random, 0.1, 9);
    return [{ recipe, by, gpus: [gpu], hoursAgo, minutesLeft: between(random, 1, 240) }];
  });
}
