/** As whom this program runs, and what that means for seeing and ending processes. */
import { type DoctorFacts, type Finding, note, ok, readText } from './facts.ts';

/** capabilities(7): bits of CapEff. */
const CAP_KILL = 5n;
const CAP_SYS_PTRACE = 19n;

/** Not root is no fault: it is said what is then not seen, and whose processes can be ended. */
export async function checkPermissions(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const status = (await readText(facts, '/proc/self/status')) ?? '';
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const may = (bit: bigint): boolean => ((capabilities >> bit) & 1n) === 1n;
  // Members of the mount's group (`gid=`) see everything all the same.
  const hidden =
    hidesProcesses((await readText(facts, '/proc/self/mountinfo')) ?? '') &&
    (await readText(facts, '/proc/1/status')) === null;
  if (facts.uid === 0 && may(CAP_KILL) && may(CAP_SYS_PTRACE))
    return ok(say('runs as root: sees and may end every process', '以 root 运行：能看到并结束所有进程'));
  const who = facts.uid === 0 ? say('root with fewer rights', '权限受限的 root') : `uid ${facts.uid}`;
  const sees =
    hidden && !may(CAP_SYS_PTRACE)
      ? say(
          'other people’s processes are hidden (hidepid): their owner and command are not shown',
          '看不到别人的进程（hidepid）：不显示其归属与命令',
        )
      : say(
          'sees every process; of other people’s not the program and folder',
          '能看到所有进程；别人的看不到程序与目录',
        );
  const ends = may(CAP_KILL)
    ? say('may end every process', '能结束所有进程')
    : say('may end only its own', '只能结束自己的进程');
  return note(
    say(`runs as ${who}: ${sees}; ${ends}`, `以 ${who} 运行：${sees}；${ends}`),
    say(
      'for everybody’s processes run the agent as root; as a user it serves that user',
      '要管理所有人的进程，请以 root 运行代理；以普通用户运行则只服务于该用户',
    ),
  );
}

/**
 * True where /proc hides other people's processes (proc(5), hidepid), by a line like
 *
 *     23 28 0:21 / /proc rw,nosuid - proc proc rw,hidepid=invisible,gid=27
 */
export function hidesProcesses(mountinfo: string): boolean {
  // The last one lies on top of the others.
  const line = mountinfo.split('\n').findLast((candidate) => / \/proc .* - proc /.test(candidate));
  return /\bhidepid=(?:1|2|4|noaccess|invisible|ptraceable)\b/.test(line ?? '');
}
