/** What the program itself stands on: the C library and Node. */
import { type DoctorFacts, type Finding, note, ok, problem } from './facts.ts';

/** Node's own builds need it (BUILDING.md of Node 24). */
const LEAST_GLIBC: [major: number, minor: number] = [2, 28];
const LEAST_NODE = 24;

/** Another C library is a note and no problem: it was not tried, and may do. */
export function checkGlibc({ glibcVersion, say }: DoctorFacts): Finding {
  if (glibcVersion === null)
    return note(
      say(
        'the C library is not glibc; FlowLine is tested with glibc only',
        'C 库不是 glibc；FlowLine 只在 glibc 上测试过',
      ),
    );
  const [major = 0, minor = 0] = glibcVersion.split('.').map(Number);
  const isEnough = major > LEAST_GLIBC[0] || (major === LEAST_GLIBC[0] && minor >= LEAST_GLIBC[1]);
  if (isEnough) return ok(`glibc ${glibcVersion}`);
  return problem(
    say(
      `glibc ${glibcVersion} is older than ${LEAST_GLIBC.join('.')}`,
      `glibc ${glibcVersion} 早于 ${LEAST_GLIBC.join('.')}`,
    ),
    say(
      'use a newer system (Ubuntu 20.04, Debian 10, RHEL 8 or later)',
      '请用更新的系统（Ubuntu 20.04、Debian 10、RHEL 8 或更新）',
    ),
  );
}

/**
 * Only the major version counts. FlowLine’s own command brings its Node: this fails where it was started by another.
 */
export function checkNode({ nodeVersion, say }: DoctorFacts): Finding {
  if (Number(/^v?(\d+)/.exec(nodeVersion)?.[1]) >= LEAST_NODE) return ok(`Node ${nodeVersion}`);
  return problem(
    say(`Node ${nodeVersion} is older than ${LEAST_NODE}`, `Node ${nodeVersion} 早于 ${LEAST_NODE}`),
    say(
      'start FlowLine by its own command (it brings its Node), or install Node 24',
      '用 FlowLine 自带的命令启动（它自带 Node），或安装 Node 24',
    ),
  );
}
