/**
 * Whether tasks outlive an agent that runs as a service of systemd's. By default systemd ends everything in a service's
 * control group when it stops or restarts it, and with it every task that the agent started; and a user's services end
 * when he logs out. `flowline service install agent` (src/cli/service/) makes a unit of which all of this is well.
 */
import { type DoctorFacts, type Finding, ok, problem, readText, type SystemdUnit } from './facts.ts';

/**
 * From /proc/self/cgroup; null where it runs in none (a login, a container, a machine without systemd).
 *
 *     0::/system.slice/flowline.service
 *     0::/user.slice/user-1000.slice/user@1000.service/app.slice/flowline.service
 *     0::/user.slice/user-1000.slice/session-3.scope
 */
export function unitOf(text: string): SystemdUnit | null {
  const path = /^(?:0::|\d+:name=systemd:)(\/.*\.service)$/m.exec(text)?.[1];
  const name = path?.split('/').at(-1);
  if (path === undefined || name === undefined || name.startsWith('user@')) return null;
  return { name, isUsers: path.includes('/user@') };
}

/**
 * Null where no agent is asked, where it runs in no service, and where systemd does not say how it ends one (KillMode,
 * systemd.kill(5)).
 */
export async function checkService(facts: DoctorFacts): Promise<Finding | null> {
  const { say } = facts;
  // Without an agent that is asked these would be the words of whatever this command runs in.
  if (facts.link === null) return null;
  const unit = unitOf((await readText(facts, '/proc/self/cgroup')) ?? '');
  if (unit === null) return null;
  const killMode = await facts.killModeOf(unit);
  if (killMode === null) return null;
  if (killMode === 'process' || killMode === 'none') {
    if (unit.isUsers && (await facts.doesLinger()) === false) {
      return problem(
        say(
          `${unit.name} ends when you log out, and starts only when you log in`,
          `你退出登录时 ${unit.name} 就会结束，登录后才启动`,
        ),
        say(
          '`loginctl enable-linger`, or ask an administrator for it',
          '运行 `loginctl enable-linger`，或请管理员运行',
        ),
      );
    }
    return ok(say(`tasks outlive a restart of ${unit.name}`, `任务不受 ${unit.name} 重启影响`));
  }
  const user = unit.isUsers ? ' --user' : '';
  const edit = `systemctl${user} edit ${unit.name}`;
  return problem(
    say(
      `a stop or restart of ${unit.name} ends every running task (KillMode=${killMode})`,
      `停止或重启 ${unit.name} 会结束所有正在运行的任务（KillMode=${killMode}）`,
    ),
    say(
      `\`flowline service install agent${user}\` makes a unit without this; or \`${edit}\`, and in it [Service] KillMode=process`,
      `\`flowline service install agent${user}\` 生成的单元没有这个问题；或运行 \`${edit}\`，写入 [Service] KillMode=process`,
    ),
  );
}
