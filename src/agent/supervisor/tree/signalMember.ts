/** Signals one process of a tree, and never another one that was given its pid meanwhile. */
import {
  loadSystemCall,
  openByPidfd,
  openByStartTime,
  type SystemCall,
} from '../../collectors/processes/kill/processHandle.ts';
import type { ProcessTable } from './processTable.ts';

export type SignalMember = (member: { pid: number; startTicks: number }, name: 'SIGTERM' | 'SIGKILL') => void;

/** Held by a pidfd as soon as the foreign function library is there (`prepare`), by its start time until then. */
export function createSignalMember(table: ProcessTable): { signal: SignalMember; prepare(): Promise<void> } {
  let systemCall: SystemCall | null = null;
  let loading: Promise<void> | null = null;
  return {
    prepare() {
      loading ??= loadSystemCall().then((loaded) => {
        systemCall = loaded;
      });
      return loading;
    },
    signal({ pid, startTicks }, name) {
      const isStillThere = () => table.readOne(pid)?.startTicks === startTicks;
      const held = systemCall === null ? null : openByPidfd(pid, systemCall);
      if (held === 'gone') return;
      const handle = held ?? openByStartTime(pid, isStillThere);
      try {
        // After it is held: what is looked at is what is signalled.
        if (isStillThere()) handle.signal(name);
      } finally {
        handle.close();
      }
    },
  };
}
