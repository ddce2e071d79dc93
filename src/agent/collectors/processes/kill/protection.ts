/** Which processes nobody ends from here, an administrator neither (trust.md 14). Pure. */
import { isFlowline } from './flowlineProgram.ts';

export interface Subject {
  pid: number;
  name: string | null;
  /** As the kernel tells it; unlike the name it cannot be chosen by the process. */
  executable: string | null;
  argv: readonly string[];
  containerId: string | null;
  /** Null where the tree above it is too deep to be followed. */
  ancestorPids: readonly number[] | null;
  isKernelThread: boolean;
}

/** Our own process and those above it. */
export interface Ourselves {
  pid: number;
  ancestorPids: readonly number[];
}

/** Why a process is never ended from here, in a sentence's second half; null where it may be. */
export function protectionOf(subject: Subject, ourselves: Ourselves): string | null {
  if (subject.pid === 1) return 'is the first process of the machine: ending it ends everything';
  if (subject.isKernelThread) return 'is a thread of the kernel';
  if (subject.pid === ourselves.pid) return 'is FlowLine itself';
  if (ourselves.ancestorPids.includes(subject.pid)) return 'is what FlowLine runs in';
  if (subject.ancestorPids === null) {
    return 'has more processes above it than can be followed, so whether it belongs to FlowLine cannot be told; end it with `kill` on its machine';
  }
  if (subject.ancestorPids.includes(ourselves.pid)) {
    return 'belongs to FlowLine; a task is stopped by `flowline kill` with the task’s id';
  }
  if (isFlowline(subject)) {
    return 'is another FlowLine, with tasks and watchers of its own: who started it stops it where it was started, with Ctrl+C, its service or `kill`';
  }
  const service = serviceOf(subject);
  return service === null ? null : `is ${service}`;
}

const NEEDED = ': the machine needs it';
const SERVICES: readonly [RegExp, string][] = [
  [/^sshd(-session|-auth)?$/, `a part of the remote login (sshd)${NEEDED}`],
  [
    /^(dockerd|containerd|containerd-shim.*|docker-proxy|docker-init|rootlesskit|buildkitd|conmon|crio|cri-dockerd|kubelet|kubelite|kube-(proxy|apiserver|scheduler|controller-manager)|k3s(-server|-agent)?|rke2)$/,
    `a part of the container engine${NEEDED}`,
  ],
  [
    /^(Xorg|X|Xwayland|weston|gnome-shell|kwin_.*|gdm3?|gdm-(session-worker|wayland-session|x-session)|sddm.*|lightdm|mutter.*)$/,
    `a part of the display${NEEDED}`,
  ],
  [
    /^(nvidia-persistenced|nvidia-powerd|nvidia-fabricmanager|nv-fabricmanager|nvidia-imex|nv-hostengine|nvsm[_-].+|dcgm-exporter)$/,
    `a service of the GPU driver${NEEDED}`,
  ],
  [
    /^nvidia-cuda-mps-(server|control)$/,
    'the service by which programs share a GPU (MPS), and all of them would end with it; `echo quit | nvidia-cuda-mps-control` stops it',
  ],
  [
    /^(slurm(d|stepd|ctld|dbd|restd)|munged)$/,
    'a part of Slurm, which would lose its jobs; `scancel` ends a job',
  ],
  // Its daemons end in d; its tools (`systemd-inhibit`, `systemd-run`) are people's own programs.
  [
    /^(systemd(-[a-z]+d|-executor|-userwork|-nsresourcework|-coredump)?|init|dbus-daemon|dbus-broker(-launch)?|udevd|\(sd-pam\))$/,
    `a part of the system’s own services${NEEDED}`,
  ],
];

/** Where only root installs programs. */
const SYSTEM_FOLDER = /^\/(usr|s?bin|lib(32|64|x32)?|libexec|opt|snap|nix\/store|gnu\/store)\//;

/**
 * A service is known by its executable in a system folder, not by its name: else any program could call itself `sshd` and
 * never be ended. In a container everything may be called anything. Where the executable may not be read, the name counts.
 */
function serviceOf({ name, executable, containerId }: Subject): string | null {
  if (containerId !== null) return null;
  // An updated program still runs from its old file.
  const path = executable?.replace(/ \(deleted\)$/, '') ?? null;
  if (path !== null && !SYSTEM_FOLDER.test(path)) return null;
  const program = path === null ? (name ?? '') : path.slice(path.lastIndexOf('/') + 1);
  return SERVICES.find(([pattern]) => pattern.test(program))?.[1] ?? null;
}
