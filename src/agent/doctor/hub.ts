/** The hub: reached or not, its version, its clock against ours, and the agent's link to it. */
import { type DoctorFacts, type Finding, note, ok, problem } from './facts.ts';

/** Below this nobody notices; figures and markers are seconds apart. */
const CLOCK_NOTE_MS = 2000;
const CLOCK_PROBLEM_MS = 30_000;

/**
 * A problem only where somebody named the hub and it is not reached: another version is a note, and so is no hub where
 * none was named.
 */
export async function checkHub(facts: DoctorFacts): Promise<Finding> {
  const { hubUrl, say } = facts;
  try {
    const { version } = await facts.askHealth(hubUrl);
    if (version === facts.version)
      return ok(say(`${hubUrl}, version ${version}`, `${hubUrl}，版本 ${version}`));
    return note(
      say(
        `${hubUrl} has version ${version}, this program ${facts.version}`,
        `${hubUrl} 的版本是 ${version}，本程序是 ${facts.version}`,
      ),
      say('they may differ; update the older when it suits', '可以不同；方便时更新较旧的一方'),
    );
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    if (!facts.isHubNamed)
      return note(
        say(`no hub at ${hubUrl}`, `${hubUrl} 没有中心`),
        say(
          '`flowline up` starts one; --hub URL or FLOWLINE_HUB names another',
          '`flowline up` 可启动一个；--hub URL 或 FLOWLINE_HUB 指定别处的',
        ),
      );
    return problem(
      say(`the hub is not reached: ${reason}`, `连不上中心：${reason}`),
      say(
        'is it running, does a firewall stand between, is the address right?',
        '它在运行吗？有防火墙吗？地址对吗？',
      ),
    );
  }
}

/** Nothing is said where the hub is not reached: that is the other check's finding. */
export async function checkClock(facts: DoctorFacts): Promise<Finding | null> {
  const { say } = facts;
  const health = await facts.askHealth(facts.hubUrl).catch(() => null);
  if (!health) return null;
  const aheadMs = health.hereNowMs - health.nowMs;
  const apart = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s`;
  if (Math.abs(aheadMs) < CLOCK_NOTE_MS) return ok(say(`${apart} from the hub’s`, `与中心相差 ${apart}`));
  const finding = Math.abs(aheadMs) < CLOCK_PROBLEM_MS ? note : problem;
  return finding(
    aheadMs > 0
      ? say(`${apart} ahead of the hub’s`, `比中心快 ${apart}`)
      : say(`${apart} behind the hub’s`, `比中心慢 ${apart}`),
    say(
      'let both follow a time server (chrony, systemd-timesyncd)',
      '让两边都与时间服务器同步（chrony、systemd-timesyncd）',
    ),
  );
}

/**
 * Null where no agent is asked. `connecting` is a problem although it is tried again: until then the hub hears nothing
 * of this machine.
 */
export function checkLink({ link, say }: DoctorFacts): Finding | null {
  if (link === null) return null;
  switch (link.state) {
    case 'connected':
      return ok(say('connected to the hub', '已连上中心'));
    case 'connecting':
      return problem(
        say(`not connected${reasonText(link.reason)}`, `没有连上${reasonText(link.reason)}`),
        say('it is tried again by itself, every 30 s at most', '会自动重试，最长每 30 秒一次'),
      );
    case 'refused':
      return problem(
        say(`the hub refuses this agent: ${link.reason}`, `中心拒绝了这个代理：${link.reason}`),
        say(
          'join again: `flowline token create --scope join` on the hub',
          '重新加入：在中心上运行 `flowline token create --scope join`',
        ),
      );
  }
}

const reasonText = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);
