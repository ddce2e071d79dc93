/** What agents say, in English: the words that they send along. Light, because the driver's small process says some of it. */
import type { AgentRemark } from '../model/agentRemark.ts';

export type AgentRemarkWords = {
  [Kind in AgentRemark['kind']]: (said: Extract<AgentRemark, { kind: Kind }>) => string;
};

const otherUsers = (users: number): string => (users === 1 ? 'one other user' : `${users} other users`);
const servers = (amount: number): string => (amount === 1 ? 'one server' : `${amount} servers`);
const deaf = (path: string): string => `nothing listens on ${path}: the engine is not running`;
const LOOK = {
  module: '; load its kernel module (modprobe nvidia)',
  devices:
    '; its kernel module is loaded, and /dev/nvidia* cannot be opened: make them (sudo nvidia-modprobe -c 0), or pass them into this container',
  rights: '; look at the rights of /dev/nvidiactl',
  card: '; there is no NVIDIA card on PCI',
};

export const agentRemarkWordsEn: AgentRemarkWords = {
  'no-library': ({ tried }) =>
    `no NVIDIA driver library found; tried ${tried.join(', ')}. Install the NVIDIA driver, or name its library by FLOWLINE_NVML`,
  'library-not-opened': ({ words }) => `the NVIDIA library is there and cannot be opened: ${words}`,
  'version-mismatch': ({ words }) =>
    `the NVIDIA driver and its library differ in version (${words}): it was updated while loaded; reboot this machine`,
  'not-initialised': ({ words, look }) =>
    `the NVIDIA driver could not be initialised: ${words}${look === null ? '' : LOOK[look]}`,
  'stopped-answering': ({ words }) => `the NVIDIA driver stopped answering: ${words}`,
  'driver-silent': ({ seconds, stuck }) =>
    `the NVIDIA driver has not answered for ${seconds} s: it hangs; figures below are the last it gave${stuck === null ? '' : `. Its process ${stuck.pid ?? ''} is stuck in the kernel and is waited for`}`,
  'reader-ended': ({ words }) => `the process that reads the NVIDIA driver ${words}`,

  'tells-no-gpu': () => 'it tells of no GPU, and not whether there is a driver',

  'gpu-lost': ({ words }) =>
    `this GPU has fallen off the bus (${words}); look at the kernel log, reset it or reboot`,
  'gpu-missing': () => 'the driver no longer counts this GPU: look at its seat, its power and the kernel log',
  'gpu-not-read': ({ words }) => `this GPU could not be read: ${words}`,
  'gpu-odd': ({ gpuIndex, figure }) =>
    `the reading of GPU ${gpuIndex} has a value that cannot be (${figure}): none of it is shown`,
  'figure-not-read': ({ figure, words }) => `could not read ${figure}: ${words}`,

  'no-socket': ({ path }) => `there is no ${path}`,
  'socket-deaf': ({ path }) => deaf(path),
  'socket-denied': ({ path }) =>
    `the agent may not open ${path}: make its user a member of the group docker (which makes it root on this machine)`,
  'podman-denied': ({ path }) =>
    `the agent may not open ${path}: only root may; an agent that runs as root sees these containers`,
  'engine-not-asked': ({ path, words }) =>
    `the engine at ${path} cannot be asked: ${words ?? 'it does not answer in time (a container engine that hangs is restarted by its service)'}`,
  'engine-not-yet': () => 'the engine has not answered yet',
  'no-engine': ({ path, isThere }) =>
    `no container engine runs here: ${path === null ? 'none was looked for' : isThere ? deaf(path) : `there is no ${path}`}`,
  'containers-left-out': ({ containers }) =>
    `${containers === 1 ? 'one container is' : `${containers} containers are`} left out: the engine describes them in a way unknown here`,

  'nobody-uses': ({ tool }) =>
    tool === 'screen'
      ? 'nobody uses screen here: it has no folder of sockets'
      : 'nobody uses tmux here: no server has a socket',
  'no-tmux': () => 'there are sockets of tmux, and no program `tmux` to ask them',
  'sessions-hidden': ({ tool, users }) =>
    `the ${tool} sessions of ${otherUsers(users)} can be seen only by an agent that runs as root`,
  'may-not-become': ({ users }) =>
    `the agent runs as root and may not become ${otherUsers(users)} to ask tmux: it lacks CAP_SETUID or CAP_SETGID`,
  'servers-silent': ({ servers: amount }) =>
    `${servers(amount)} of tmux did not answer (asked once a minute)`,
  'servers-left-out': ({ servers: amount, most }) =>
    `${servers(amount)} of tmux left out (${most} of a user are asked, within 2 s)`,
  'not-looked-at': () => 'was not looked at yet',
  'cannot-look': ({ words }) => `cannot be looked at: ${words}`,

  'not-read': ({ words }) => `could not be read: ${words}`,

  'mount-late': ({ seconds }) => `has not answered within ${seconds} s`,
  'mount-silent': ({ seconds }) => `has not answered for ${seconds} s`,
  'mount-not-yet': () => 'has not answered yet',
  'mount-not-reached': () => 'not asked: the process that asks file systems hangs in the kernel',
  'mount-asker-ended': ({ words }) => `the process that asks file systems ended (${words})`,
  'mount-asker-not-started': ({ words }) => `cannot ask file systems: ${words}`,
  'agent-stops': () => 'was not asked: the agent is stopping',
};

/** Remarks one after the other. */
export function agentRemarksEn(remarks: readonly AgentRemark[]): string {
  return remarks
    .map((remark) => (agentRemarkWordsEn[remark.kind] as (said: AgentRemark) => string)(remark))
    .join('; ');
}
