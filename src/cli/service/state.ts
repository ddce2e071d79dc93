/** What systemd says of a service of ours. */
import { existsSync } from 'node:fs';
import type { CommandContext } from '../context.ts';
import { unitPath } from './plan.ts';
import { type ServiceRole, type UnitPlan, unitName } from './unit.ts';

export interface ServiceState {
  role: ServiceRole;
  scope: UnitPlan['scope'];
  unitPath: string;
  /** `active`, `inactive`, `failed`, `activating` …; null where systemd did not say. */
  activeState: string | null;
  /** `enabled`, `disabled` …; null where systemd did not say. */
  unitFileState: string | null;
  /** As systemd writes times; null for never. */
  since: string | null;
  /** How often it was started again because it failed, since somebody last started it; null where systemd did not say. */
  restarts: number | null;
}

/** Null where it is not installed. */
export async function readService(
  context: CommandContext,
  role: ServiceRole,
  scope: UnitPlan['scope'],
): Promise<ServiceState | null> {
  const path = unitPath(context, role, scope);
  if (!existsSync(path)) return null;
  const asked = [
    'show',
    '--property=ActiveState,UnitFileState,ActiveEnterTimestamp,NRestarts',
    '--',
    unitName(role),
  ];
  const { output } = await context.serviceHost.call('systemctl', [
    ...(scope === 'user' ? ['--user'] : []),
    ...asked,
  ]);
  // `ActiveState=active` and so on, a line each.
  const said = (name: string): string | null => new RegExp(`^${name}=(.+)$`, 'm').exec(output)?.[1] ?? null;
  const restarts = said('NRestarts');
  return {
    role,
    scope,
    unitPath: path,
    activeState: said('ActiveState'),
    unitFileState: said('UnitFileState'),
    since: said('ActiveEnterTimestamp'),
    restarts: restarts === null ? null : Number(restarts),
  };
}

/** Whether this user's services start without his login; null where nobody says. */
export async function lingers({ serviceHost, userName }: CommandContext): Promise<boolean | null> {
  const asked = ['show-user', '--property=Linger', '--value', '--', userName ?? String(serviceHost.uid)];
  const { output } = await serviceHost.call('loginctl', asked);
  return output.trim() === '' ? null : output.trim() === 'yes';
}
