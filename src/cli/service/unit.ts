/**
 * The systemd units of hub and agent, as text. Pure.
 *
 * The **hub** starts nothing and needs little: its data folder, the network. Everything else is taken from it.
 *
 * The **agent** starts other people's work, and whatever a unit says of limits, folders or rights a run would inherit
 * (NoNewPrivileges= would break sudo, PrivateTmp= would hide /tmp, MemoryMax= would count for all runs together). So its
 * unit says nothing of the kind, and what systemd does to a service's processes by itself is switched off: it ends only
 * the agent (KillMode=), lets one run die of its own want of memory (OOMPolicy=) and counts no processes (TasksMax=).
 */
import { shellQuote } from '../../lib/displayText.ts';
import { commandWord, plainPath, programWord, settingWord } from './quoting.ts';

export type ServiceRole = 'hub' | 'agent';
export const SERVICE_ROLES: readonly ServiceRole[] = ['hub', 'agent'];

export interface UnitPlan {
  role: ServiceRole;
  version: string;
  /** Of the system, or one of a user's own systemd. */
  scope: 'system' | 'user';
  /** Login name of a system unit's process. */
  runAs: string | null;
  /** Whole command line; the first is an absolute path. */
  argv: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Where its state is; inside /var/lib systemd makes it and gives it to the user. */
  dataFolder: string;
  /** It listens below port 1024, which needs a right of root's. */
  needsLowPort: boolean;
  /** The program or its data lie in somebody's home. */
  usesHome: boolean;
}

export const unitName = (role: ServiceRole): string => `flowline-${role}.service`;

/** @throws UnquotableWord for a word that no unit can hold. */
export function unitText(plan: UnitPlan): string {
  const { role, version, scope } = plan;
  return [
    `# The ${role} of FlowLine ${version}. \`flowline service install ${role}\` writes this file anew;`,
    `# changes of your own: systemctl ${scope === 'user' ? '--user ' : ''}edit ${unitName(role)}`,
    '[Unit]',
    `Description=FlowLine ${role}`,
    ...ordering(plan),
    // However long a port is taken or a hub is away: it is tried again.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `ExecStart=${commandLine(plan.argv)}`,
    ...Object.entries(plan.environment).map(
      ([name, value]) => `Environment=${settingWord(`${name}=${value}`)}`,
    ),
    ...(plan.runAs === null ? [] : [`User=${settingWord(plan.runAs)}`]),
    ...stateFolder(plan),
    'Restart=on-failure',
    'RestartSec=3',
    // Wrong usage, and not allowed: the same again would be answered the same.
    'RestartPreventExitStatus=2 4',
    // The program itself gives up after 10 s.
    'TimeoutStopSec=20',
    ...(role === 'hub' ? hubRights(plan) : agentFreedom),
    '',
    '[Install]',
    `WantedBy=${scope === 'user' ? 'default.target' : 'multi-user.target'}`,
    '',
  ].join('\n');
}

function commandLine([program = '', ...words]: readonly string[]): string {
  return [programWord(program), ...words.map(commandWord)].join(' ');
}

/** For another init system: comments that say how to run it, over the unit. */
export function printedUnit(plan: UnitPlan): string {
  const variables = Object.entries(plan.environment).map(([name, value]) => shellQuote(`${name}=${value}`));
  const line = [...(variables.length > 0 ? ['env', ...variables] : []), ...plan.argv.map(shellQuote)].join(
    ' ',
  );
  return [
    `# Another init system keeps this command running${plan.runAs === null ? '' : ` as the user ${plan.runAs}`}, and stops it by SIGTERM`,
    '# to its one process, never to its group: what it started goes on.',
    `#   ${line}`,
    '',
    unitText(plan),
  ].join('\n');
}

/** A user's systemd knows none of the system's targets. */
function ordering({ role, scope }: UnitPlan): string[] {
  if (scope === 'user') return [];
  return [
    'Wants=network-online.target',
    // So that it is ended before the network and the bus are, and can ask systemd whether the machine reboots, and say so;
    // homes and logins are there when it starts.
    `After=network-online.target${role === 'agent' ? ' remote-fs.target nss-user-lookup.target dbus.service' : ''}`,
  ];
}

/** `/var/lib/NAME` is systemd's to make, and to give to the unit's user; another was made by `service install`. */
function stateFolder({ role, scope, dataFolder }: UnitPlan): string[] {
  if (scope === 'user') return [];
  const name = /^\/var\/lib\/([A-Za-z0-9._-]+)$/.exec(dataFolder)?.[1];
  if (name !== undefined) return [`StateDirectory=${name}`, 'StateDirectoryMode=0700'];
  return role === 'hub' ? [`ReadWritePaths=${plainPath(dataFolder)}`] : [];
}

/** What works without root in every user's systemd, then what only the system's can do. */
function hubRights({ scope, needsLowPort, usesHome }: UnitPlan): string[] {
  const everywhere = [
    'UMask=0077',
    'NoNewPrivileges=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    // Not @resources: Node raises its limit of open files, of which each agent and viewer takes one.
    'SystemCallFilter=~@privileged',
    'SystemCallErrorNumber=EPERM',
    // Netlink: the addresses of this machine.
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  ];
  if (scope === 'user') return everywhere;
  return [
    ...everywhere,
    `CapabilityBoundingSet=${needsLowPort ? 'CAP_NET_BIND_SERVICE' : ''}`,
    `AmbientCapabilities=${needsLowPort ? 'CAP_NET_BIND_SERVICE' : ''}`,
    'ProtectSystem=strict',
    // What is written there is named by ReadWritePaths=.
    `ProtectHome=${usesHome ? 'read-only' : 'yes'}`,
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectProc=invisible',
    'RestrictNamespaces=yes',
  ];
}

const agentFreedom = [
  // Only the agent is ended by a stop or a restart: runs go on, and the next agent finds them again.
  'KillMode=process',
  // It may make a control group for each attempt.
  'Delegate=yes',
  // A run that the kernel ended for want of memory is that run's end, not the agent's and all others'.
  'OOMPolicy=continue',
  'TasksMax=infinity',
  'IgnoreSIGPIPE=no',
];
