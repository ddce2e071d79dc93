/** What running tasks here needs: folders that the supervisor writes, the tools of its wrapper, a control group if there is one, Python. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { ownGroupFolder } from '../supervisor/tree/controlGroup.ts';
import { type DoctorFacts, type Finding, note, ok, problem } from './facts.ts';

/** Where they stand under the data folder (supervisor/startSupervisor.ts); `up` keeps its agent there too. */
const FOLDERS = ['attempts', 'logs'];
/** What the wrapper calls (supervisor/wrapper/wrapperScript.ts); the system's own folders come first there too. */
const TOOLS = ['sh', 'mkdir', 'mv', 'sync'];
const SYSTEM_FOLDERS = ['/usr/bin', '/bin'];

const may = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** Null before the first start: the data folder's own check says whether they can be made. */
export async function checkTaskFolders({ dataFolder, say }: DoctorFacts): Promise<Finding | null> {
  const folders = FOLDERS.map((name) => join(resolve(dataFolder), name));
  let found = 0;
  for (const folder of folders) {
    if (!(await may(folder, constants.F_OK))) continue;
    found += 1;
    if (await may(folder, constants.W_OK | constants.X_OK)) continue;
    return problem(
      say(
        `${folder} may not be written by this user: no task can start here`,
        `当前用户无权写入 ${folder}：这里无法启动任务`,
      ),
      say('give it back to the user that runs the agent: chown', '用 chown 把它还给运行代理的用户'),
    );
  }
  return found === 0 ? null : ok(say(`${folders.join(', ')} can be written`, `可写入 ${folders.join('、')}`));
}

/**
 * Not by the user’s PATH: the wrapper asks the system’s folders first. One that is missing is a problem, since no task
 * starts without.
 */
export async function checkTaskTools({ root, say }: DoctorFacts): Promise<Finding> {
  const missing: string[] = [];
  for (const tool of TOOLS) if (!(await findProgram(root, tool, SYSTEM_FOLDERS))) missing.push(tool);
  if (missing.length === 0) return ok(say(`found ${TOOLS.join(', ')}`, `已找到 ${TOOLS.join('、')}`));
  return problem(
    say(
      `not in /usr/bin or /bin: ${missing.join(', ')}; no task can run without`,
      `/usr/bin 和 /bin 中没有 ${missing.join('、')}：没有就无法运行任务`,
    ),
    say('install coreutils and a POSIX shell', '请安装 coreutils 和 POSIX shell'),
  );
}

/** Without one, trees are found by other signs; only a process that hides on purpose is missed. */
export function checkControlGroup({ root, say }: DoctorFacts): Finding {
  if (ownGroupFolder(root === '' ? '/' : root) !== null)
    return ok(say('each attempt gets a control group (cgroup v2)', '每次尝试都有自己的 cgroup v2'));
  return note(
    say(
      'no control group may be made: processes of a task are found by its session and a mark in their environment',
      '不能创建 cgroup：靠会话和环境变量标记找到任务的进程',
    ),
    say(
      'an agent that runs as a service with Delegate=yes may make them: `flowline service install agent`',
      '以 Delegate=yes 的服务运行代理即可创建：`flowline service install agent`',
    ),
  );
}

/** By the user’s PATH, then in the system’s folders. A note at most: not every task needs one. */
export async function checkPython({ root, searchPath, say }: DoctorFacts): Promise<Finding> {
  const found = await findProgram(root, 'python3', [...searchPath.split(delimiter), ...SYSTEM_FOLDERS]);
  if (found !== null) return ok(say(`${found} is found`, `已找到 ${found}`));
  return note(
    say('python3 is not found by this user’s PATH', '当前用户的 PATH 中没有 python3'),
    say(
      'a task that names its own (--venv, --conda, a whole path) needs none; a .py for --command-from does',
      '任务自带（--venv、--conda 或完整路径）则不需要；--command-from 的 .py 需要',
    ),
  );
}

/** Whether the hub can keep what it is told; null where it is not reached. */
export async function checkQueueStore(facts: DoctorFacts): Promise<Finding | null> {
  const { say } = facts;
  const health = await facts.askHealth(facts.hubUrl).catch(() => null);
  if (!health) return null;
  if (!health.hasQueueTrouble) return ok(say('the hub can write its database', '中心可以写入数据库'));
  return problem(
    say(
      'the hub cannot write its database: nothing new is acknowledged or started, what runs goes on',
      '中心无法写入数据库：不再确认或启动新任务，运行中的继续',
    ),
    say(
      'make room on the disk of its data folder; the hub’s log tells more, and it goes on by itself',
      '请在其数据文件夹所在磁盘腾出空间；中心日志有详情，恢复后自动继续',
    ),
  );
}

async function findProgram(root: string, name: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (await may(join(root, path), constants.X_OK)) return path;
  }
  return null;
}
