/** The agent's seams over an imagined machine, all but the driver and the processes: its containers, its sessions, its own figures. */

import type {
  ContainerSource,
  FoundContainer,
  FoundSession,
  HostSource,
  SessionSource,
} from '../agent/collectors/sources.ts';
import { said } from '../agent/said.ts';
import { screenAttachCommand, tmuxAttachCommand } from '../lib/shell/attachCommand.ts';
import { containerEnterCommand } from '../lib/shell/containerEnterCommand.ts';
import type { SourceState } from '../model/node.ts';
import { GIB, type ImaginedContainer, type ImaginedNode, type ImaginedSession } from './world.ts';

/** What a source looks at: whatever the machine is at that moment. */
export type Look = () => ImaginedNode;

/** The machine's own figures. */
export const imaginedHost = (look: Look): HostSource => ({
  read: async () => look().host,
  stop: async () => {},
});

const SOCKET = '/var/run/docker.sock';
const dockerStates: Record<ImaginedNode['docker'], SourceState> = {
  ok: { state: 'ok', message: null, remarks: null },
  absent: {
    state: 'absent',
    ...said({ kind: 'no-engine', path: SOCKET, isThere: false }),
  },
  denied: {
    state: 'denied',
    ...said({ kind: 'socket-denied', path: SOCKET }),
  },
};

/** The machine's containers, with what their processes use. */
export const imaginedContainers = (look: Look): ContainerSource => ({
  read: async () => {
    const node = look();
    const containers =
      node.docker === 'ok' ? node.containers.map((container) => foundContainer(node, container)) : [];
    return { state: dockerStates[node.docker], containers };
  },
  stop: async () => {},
});

function foundContainer(node: ImaginedNode, container: ImaginedContainer): FoundContainer {
  const inside = node.processes.filter(({ program }) => program.containerId === container.id);
  const runs = container.endedAtMs === null;
  return {
    container: {
      id: container.id,
      name: container.name,
      image: container.image,
      state: runs ? 'running' : 'exited',
      status: runs
        ? `Up ${inWords(node.atMs - container.startedAtMs)}`
        : `Exited (0) ${inWords(node.atMs - (container.endedAtMs ?? 0))} ago`,
      engine: 'docker',
      memoryUsedBytes: runs
        ? inside.reduce((sum, { program }) => sum + program.hostMemoryBytes, GIB / 8)
        : null,
      cpuPercent: runs ? inside.reduce((sum, process) => sum + process.cpuPercent, 0) : null,
      gpus: container.gpus,
      // Found by the sampler, from label and mounts.
      owner: null,
      enterCommand: runs ? containerEnterCommand(['docker'], container) : null,
    },
    ownerLabel: container.ownerLabel,
    homeMounts: container.homeMounts,
  };
}

function inWords(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  if (minutes < 60) return `${minutes} minutes`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} hours` : `${Math.floor(minutes / 1440)} days`;
}

/** The machine's terminal sessions. */
export const imaginedSessions = (look: Look): SessionSource => ({
  read: async () => {
    const node = look();
    const isInstalled = node.sessionTools === 'ok';
    const stateOf = (tool: 'screen' | 'tmux'): SourceState =>
      isInstalled
        ? { state: 'ok', message: null, remarks: null }
        : { state: 'absent', ...said({ kind: 'nobody-uses', tool }) };
    return {
      screen: stateOf('screen'),
      tmux: stateOf('tmux'),
      sessions: isInstalled ? node.sessions.map(foundSession) : [],
    };
  },
  stop: async () => {},
});

function foundSession(session: ImaginedSession): FoundSession {
  const { kind, name, person, attached, createdAtMs, rootPid } = session;
  // Each person has one server of tmux, and screen finds its sockets by itself.
  const socketPath = `/tmp/tmux-${person.uid}/default`;
  const screenId = `${session.id}.${name}`;
  return {
    session: {
      kind,
      id: kind === 'screen' ? screenId : `${socketPath}:${session.id}`,
      name,
      user: person.login,
      attached,
      createdAtMs,
      attachCommand:
        kind === 'screen'
          ? screenAttachCommand(screenId, attached, null)
          : tmuxAttachCommand(socketPath, session.id),
    },
    rootPids: [rootPid],
  };
}
