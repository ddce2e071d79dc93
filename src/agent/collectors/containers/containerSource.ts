/** The machine's containers: of Docker and of podman, with what they use, the GPUs they were given, and whose they are. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { containerEnterCommand } from '../../../lib/shell/containerEnterCommand.ts';
import type { SourceState } from '../../../model/node.ts';
import { said } from '../../said.ts';
import { findOwner } from '../owner.ts';
import type { ContainerSource, FoundContainer } from '../sources.ts';
import { findContainerGpus, type KnownGpu } from './containerGpus.ts';
import { type ContainerUse, createUseReader, type UseReader } from './controlGroup.ts';
import { type EngineContainer, type EngineView, watchEngine } from './engineWatch.ts';

export interface ContainerSourceOptions {
  /** The machine's GPUs as last read: to tell the indexes of those that a container was given. */
  knownGpus: () => readonly KnownGpu[];
  /** `DOCKER_HOST` (only `unix://`) and `XDG_RUNTIME_DIR` are looked at. */
  environment?: Record<string, string | undefined>;
  /** Sockets to look for instead of the usual ones. */
  sockets?: readonly EngineSocket[];
  /** Where /proc and /sys are looked for. */
  root?: string;
}

export interface EngineSocket {
  path: string;
  /** Words before `exec` in a command for people, where their own command would ask another socket. */
  program: readonly string[];
}

/** How long the first reading waits for an engine's first answer. */
const FIRST_PATIENCE_MS = 2000;
const LONGEST_NAME = 256;

/** Starts following every engine that may be there. */
export function startContainerSource(options: ContainerSourceOptions): ContainerSource {
  const { knownGpus, environment = {}, sockets = usualSockets(environment), root = '/' } = options;
  const engines = sockets.map((socket) => ({ socket, watch: watchEngine(socket.path) }));
  const uses = createUseReader(root);
  const hasNvidiaHook = hasHook(root);
  const firstAnswers = Promise.race([
    Promise.all(engines.map(({ watch }) => watch.asked)),
    delay(FIRST_PATIENCE_MS, undefined, { ref: false }),
  ]);

  return {
    async read() {
      await firstAnswers;
      const gpus = knownGpus();
      const found = new Map<string, FoundContainer>();
      for (const { socket, watch } of engines) {
        const view = watch.view();
        for (const container of view.containers) {
          // podman may answer at Docker's socket too.
          const { Id } = container.listed;
          if (!found.has(Id)) found.set(Id, describe(container, { view, socket, gpus, uses, hasNvidiaHook }));
        }
      }
      uses.keepOnly(new Set(found.keys()));
      return {
        state: joinStates(engines.map(({ watch }) => watch.view().state)),
        containers: [...found.values()],
      };
    },
    async stop() {
      await Promise.all(engines.map(({ watch }) => watch.stop()));
    },
  };
}

/** Docker's socket and podman's, the system's and one's own. */
export function usualSockets(
  environment: Record<string, string | undefined>,
  uid = process.getuid?.() ?? 0,
): EngineSocket[] {
  // A service that runs as a user (`User=`) is not told of the folder that logins have.
  const runtimeFolder = environment.XDG_RUNTIME_DIR || (uid > 0 ? `/run/user/${uid}` : null);
  const named = /^unix:\/\/(\/.+)$/.exec(environment.DOCKER_HOST ?? '')?.[1];
  const podman = [
    '/run/podman/podman.sock',
    ...(runtimeFolder ? [`${runtimeFolder}/podman/podman.sock`] : []),
  ];
  const docker = named
    ? [named].filter((path) => !podman.includes(path))
    : ['/var/run/docker.sock', ...(runtimeFolder ? [`${runtimeFolder}/docker.sock`] : [])];
  return [
    ...docker.map((path) => ({
      path,
      program: path === '/var/run/docker.sock' ? ['docker'] : ['docker', '--host', `unix://${path}`],
    })),
    ...podman.map((path) => ({ path, program: ['podman'] })),
  ];
}

/** Folders of oci-hooks(5). */
const HOOK_FOLDERS = ['usr/share/containers/oci/hooks.d', 'etc/containers/oci/hooks.d'];

/** Whether podman gives cards as NVIDIA_VISIBLE_DEVICES says: older installations of NVIDIA's tools do. */
function hasHook(root: string): boolean {
  return HOOK_FOLDERS.some((folder) => {
    try {
      return readdirSync(join(root, folder)).some((name) => /nvidia.*\.json$/.test(name));
    } catch {
      return false;
    }
  });
}

/** Docker's own command is not there where podman answers at a socket that `DOCKER_HOST` names. */
const programOf = ({ path, program }: EngineSocket, engine: EngineView['engine']): readonly string[] =>
  engine === 'podman' && program.includes('--host') ? ['podman', '--url', `unix://${path}`] : program;

interface Around {
  view: EngineView;
  socket: EngineSocket;
  gpus: readonly KnownGpu[];
  uses: UseReader;
  hasNvidiaHook: boolean;
}

function describe(
  { listed, inspected }: EngineContainer,
  { view, socket, gpus, uses, hasNvidiaHook }: Around,
): FoundContainer {
  const name = (listed.Names?.[0] ?? '').replace(/^\//, '').slice(0, LONGEST_NAME) || listed.Id.slice(0, 12);
  const isRunning = listed.State === 'running';
  // One that is paused keeps its memory, a GPU's too; only nothing can be executed in it.
  const use: ContainerUse =
    isRunning || listed.State === 'paused'
      ? uses.read({ id: listed.Id, pid: inspected?.State.Pid || null })
      : { memoryUsedBytes: null, cpuPercent: null };
  const ownerLabel = listed.Labels?.['flowline.owner']?.slice(0, LONGEST_NAME) || null;
  const homeMounts = (listed.Mounts ?? []).flatMap(({ Source }) =>
    Source?.startsWith('/home/') ? [Source] : [],
  );
  const { owner, ownerRule } = findOwner({
    taskOwner: null,
    uid: null,
    user: null,
    container: { name, ownerLabel, homeMounts },
    session: null,
  });
  return {
    container: {
      id: listed.Id,
      name,
      image: (listed.Image ?? '').slice(0, LONGEST_NAME),
      state: listed.State.slice(0, LONGEST_NAME),
      status: (listed.Status ?? '').slice(0, LONGEST_NAME),
      engine: view.engine,
      ...use,
      gpus:
        inspected === null
          ? null
          : findContainerGpus(inspected, { engine: view.engine, hasNvidiaHook }, gpus),
      // Its own name is no owner worth telling.
      owner: ownerRule === 'container' ? null : owner,
      enterCommand: isRunning
        ? containerEnterCommand(programOf(socket, view.engine), { name, id: listed.Id })
        : null,
    },
    ownerLabel,
    homeMounts,
  };
}

/** The best of several: an engine that answers, else the one that somebody can do something about. */
function joinStates(states: readonly (SourceState | null)[]): SourceState {
  for (const wanted of ['ok', 'denied', 'failed'] as const) {
    const found = states.find((state) => state?.state === wanted);
    if (found) return found;
  }
  if (states.some((state) => state === null)) return { state: 'failed', ...said({ kind: 'engine-not-yet' }) };
  const first = states[0]?.remarks?.[0];
  const path = first && 'path' in first ? first.path : null;
  return { state: 'absent', ...said({ kind: 'no-engine', path, isThere: first?.kind === 'socket-deaf' }) };
}
