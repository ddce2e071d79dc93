/** Sources of a machine on which there is nothing to ask: each says so, and none fails. */
import type { ContainerSource, ProcessSource, SessionSource } from './sources.ts';

const stop = async (): Promise<void> => {};

/** Ends nothing, and says so. */
export const absentKill: ProcessSource['kill'] = async (targets) =>
  targets.map(({ pid }) => ({ pid, outcome: 'not-allowed', message: 'this agent cannot end processes' }));

export const absentContainers: ContainerSource = {
  read: async () => ({ state: { state: 'absent', message: 'Docker was not looked for' }, containers: [] }),
  stop,
};

export const absentSessions: SessionSource = {
  read: async () => ({
    screen: { state: 'absent', message: 'screen was not looked for' },
    tmux: { state: 'absent', message: 'tmux was not looked for' },
    sessions: [],
  }),
  stop,
};
