/** Sources of a machine on which there is nothing to ask: each says so, and none fails. */
import type { ContainerSource, SessionSource } from './sources.ts';

const stop = async (): Promise<void> => {};

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
