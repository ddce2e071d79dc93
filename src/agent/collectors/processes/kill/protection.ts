/** Which processes nobody ends from here, an administrator neither (trust.md 14). Pure. */

export interface Subject {
  pid: number;
  name: string | null;
  /** As the kernel tells it; unlike the name it cannot be chosen by the process. */
  executable: string | null;
  containerId: string | null;
  ancestorPids: readonly number[];
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
  if (subject.ancestorPids.includes(ourselves.pid)) {
    return 'belongs to FlowLine; a task is stopped by `flowline kill` with the task’s id';
  }
  const service = serviceOf(subject);
  return service === null ? null : `is ${service}: the machine needs it`;
}

const SERVICES: readonly [RegExp, string][] = [
  [/^sshd(-session|-auth)?$/, 'a part of the remote login (sshd)'],
  [
    /^(dockerd|containerd|containerd-shim.*|docker-proxy|docker-init|conmon|crio|kubelet)$/,
    'a part of the container engine',
  ],
  [/^(Xorg|X|Xwayland|weston|gnome-shell|kwin_.*|gdm.*|sddm.*|lightdm|mutter.*)$/, 'a part of the display'],
  [
    /^(nvidia-persistenced|nvidia-powerd|nvidia-fabricmanager|nv-fabricmanager|nv-hostengine|nvsm.*|dcgm.*)$/,
    'a service of the GPU driver',
  ],
  [/^(systemd.*|init|dbus-daemon|dbus-broker.*|udevd|\(sd-pam\))$/, 'a part of the system’s own services'],
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
