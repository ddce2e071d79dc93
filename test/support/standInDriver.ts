/**
 * What the whole program needs in its environment to see an imagined machine's GPUs: the stand-in library and its state
 * file. Utilisation of processes is told by a driver over and over, so the state is written anew as time goes on.
 */
import type { ImaginedMachine } from '../../src/simulator/imagined.ts';
import { createStandInWorld } from './standInBed.ts';

export interface StandInDriver {
  /** For `startProgram` and its like. */
  environment: { FLOWLINE_NVML: string; FLOWLINE_STANDIN_STATE: string };
  /** The machine was changed: the library sees it from now on. */
  apply(): void;
  remove(): void;
}

/** Several samples of utilisation a second, as NVIDIA's driver keeps them. */
const REFRESH_MS = 250;

/** Lives until removed. */
export function standInDriver(machine: ImaginedMachine): StandInDriver {
  const world = createStandInWorld(machine);
  const { FLOWLINE_NVML = '', FLOWLINE_STANDIN_STATE = '' } = world.child.environment;
  const timer = setInterval(() => world.apply(), REFRESH_MS);
  return {
    environment: { FLOWLINE_NVML, FLOWLINE_STANDIN_STATE },
    apply: () => world.apply(),
    remove() {
      clearInterval(timer);
      world.remove();
    },
  };
}
