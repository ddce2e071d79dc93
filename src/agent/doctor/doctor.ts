/**
 * What `flowline doctor` looks at, by stable names and in this order: every check beside the others, each with a
 * deadline, so that one that hangs (a dead mount, a silent hub) is a finding and never a wait.
 */
import type { Check } from '../../model/check.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import { checkDataFolder } from './dataFolder.ts';
import { checkDeviceFiles, checkPciDevice } from './devices.ts';
import { checkDriverLibrary, checkDriverModule } from './driver.ts';
import { type CheckUp, type DoctorFacts, type Finding, note } from './facts.ts';
import { checkClock, checkHub, checkLink } from './hub.ts';
import { checkListen } from './listen.ts';
import { checkPermissions } from './permissions.ts';
import { checkRefusedFigures } from './refusedFigures.ts';
import { checkGlibc, checkNode } from './runtime.ts';
import { checkService } from './service.ts';
import {
  checkControlGroup,
  checkPython,
  checkQueueStore,
  checkTaskFolders,
  checkTaskTools,
} from './tasks.ts';
import { checkDocker, checkScreen, checkTmux } from './tools.ts';

/** Names that scripts and guides rely on. */
const CHECKS: readonly [name: string, check: CheckUp][] = [
  ['driver-library', checkDriverLibrary],
  ['driver-module', checkDriverModule],
  ['pci-device', checkPciDevice],
  ['device-files', checkDeviceFiles],
  ['refused-figures', checkRefusedFigures],
  ['permissions', checkPermissions],
  ['docker', checkDocker],
  ['screen', checkScreen],
  ['tmux', checkTmux],
  ['glibc', checkGlibc],
  ['node', checkNode],
  ['data-folder', checkDataFolder],
  ['service', checkService],
  ['task-folders', checkTaskFolders],
  ['task-tools', checkTaskTools],
  ['control-group', checkControlGroup],
  ['python', checkPython],
  ['listen', checkListen],
  ['hub', checkHub],
  ['queue-store', checkQueueStore],
  ['clock', checkClock],
  ['link', checkLink],
];

/** The hub asks an agent with 5 s of patience. */
export const CHECK_DEADLINE_MS = 4500;

/** Every finding, in the order of the list. Never throws, and answers within the deadline. */
export async function examine(
  facts: DoctorFacts,
  deadlineMs = CHECK_DEADLINE_MS,
  checks: readonly [string, CheckUp][] = CHECKS,
): Promise<Check[]> {
  const findings = await Promise.all(
    checks.map(async ([name, check]): Promise<Check | null> => {
      const finding = await withDeadline(facts, check, deadlineMs);
      return (
        finding && {
          name,
          result: finding.result,
          found: finding.found.slice(0, MAX_MESSAGE_CHARACTERS),
          advice: finding.advice?.slice(0, MAX_MESSAGE_CHARACTERS) ?? null,
        }
      );
    }),
  );
  return findings.filter((check) => check !== null);
}

async function withDeadline(facts: DoctorFacts, check: CheckUp, deadlineMs: number): Promise<Finding | null> {
  let forget = (): void => {};
  const late = new Promise<Finding>((resolve) => {
    const timer = setTimeout(
      () =>
        resolve({
          result: 'problem',
          found: facts.say(
            `did not answer within ${deadlineMs / 1000} s`,
            `${deadlineMs / 1000} 秒内没有回答`,
          ),
          advice: facts.say(
            'something below it hangs; look at the kernel log',
            '底层有东西卡住；请看内核日志',
          ),
        }),
      deadlineMs,
    );
    forget = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([Promise.resolve(facts).then(check), late]);
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    return note(facts.say(`could not be looked at: ${reason}`, `无法查看：${reason}`));
  } finally {
    forget();
  }
}
