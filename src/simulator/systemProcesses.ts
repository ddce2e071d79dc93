/** The processes that any machine has: the system's own, which nobody may end, and the shells that people come back to. */
import { person } from './people.ts';
import type { ImaginedProcess, OnSignal, Person, Program } from './world.ts';
import { MIB } from './world.ts';

const programOf = (by: Person, name: string, command: string, mebibytes: number): Program => ({
  name,
  command,
  executable: command.split(' ')[0] ?? name,
  workingDirectory: by.uid === 0 ? '/' : `/home/${by.login}`,
  pythonEnvironment: null,
  person: by,
  containerId: null,
  usualCpuPercent: 0,
  hostMemoryBytes: mebibytes * MIB,
});

const idle = (
  pid: number,
  parentPid: number | null,
  startedAtMs: number,
  program: Program,
  onSignal: OnSignal,
): ImaginedProcess => ({
  pid,
  parentPid,
  job: null,
  startedAtMs,
  endsAtMs: null,
  program,
  cpuPercent: 0,
  onSignal,
  visible: true,
  work: null,
});

/** What has run since the machine was booted. */
export function systemProcesses(bootedAtMs: number, hasDocker: boolean): ImaginedProcess[] {
  const by = person('root');
  const daemon = (pid: number, name: string, command: string, mebibytes: number): ImaginedProcess =>
    idle(pid, pid === 1 ? null : 1, bootedAtMs, programOf(by, name, command, mebibytes), 'protected');
  return [
    daemon(1, 'systemd', '/sbin/init splash', 13),
    daemon(612, 'systemd-journal', '/usr/lib/systemd/systemd-journald', 88),
    daemon(987, 'cron', '/usr/sbin/cron -f -P', 3),
    daemon(1004, 'nvidia-persiste', '/usr/bin/nvidia-persistenced --user nvidia-persistenced', 2),
    daemon(1011, 'sshd', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', 9),
    ...(hasDocker
      ? [
          daemon(1102, 'containerd', '/usr/bin/containerd', 62),
          daemon(
            1188,
            'dockerd',
            '/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock',
            104,
          ),
        ]
      : []),
  ];
}

/** The server of a screen or tmux session, and the shell inside it that jobs begin from. */
export function shellOf(
  kind: 'screen' | 'tmux',
  session: string,
  by: Person,
  serverPid: number,
  shellPid: number,
  startedAtMs: number,
): ImaginedProcess[] {
  const [name, command] =
    kind === 'screen' ? ['screen', `SCREEN -S ${session}`] : ['tmux: server', `tmux new -s ${session}`];
  return [
    idle(serverPid, 1, startedAtMs, programOf(by, name, command, 6), 'ends'),
    idle(shellPid, serverPid, startedAtMs, programOf(by, 'bash', '-bash', 8), 'ends'),
  ];
}
