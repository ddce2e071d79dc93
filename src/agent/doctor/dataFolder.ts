/** The folder where state is kept: on a local disk, private, writable, with room. */
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { networkFileSystem } from '../../io/dataFolder.ts';
import { type Exchangeable, exchangeableAbove } from '../../io/exchangeable.ts';
import { type Mount, parseMounts } from '../collectors/host/mounts.ts';
import { type DoctorFacts, type Finding, note, ok, problem, readText } from './facts.ts';

const NETWORK_FILE_SYSTEM = /^(nfs4?|cifs|smb3|fuse\..*|lustre|beegfs|gpfs|ceph|ocfs2|gfs2|9p)$/;
const SCARCE_BYTES = 1024 ** 3;
const FULL_BYTES = 100 * 1024 ** 2;

/** Nothing on a network mount is touched: one that is dead would never let go of us. */
export async function checkDataFolder(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const folder = resolve(facts.dataFolder);
  const elsewhere = say(
    'name a folder on a local disk with --data DIR or FLOWLINE_DATA',
    '用 --data 或 FLOWLINE_DATA 指定本地磁盘上的目录',
  );
  const mount = mountOf(parseMounts((await readText(facts, '/proc/self/mountinfo')) ?? ''), folder);
  const remote = (fileSystem: string): Finding =>
    problem(say(`${folder} is on ${fileSystem}`, `${folder} 在 ${fileSystem} 上`), elsewhere);
  if (mount && NETWORK_FILE_SYSTEM.test(mount.fileSystem)) return remote(mount.fileSystem);

  const there = await nearestThere(folder);
  const network = await networkFileSystem(there);
  if (network) return remote(network);
  const isWritable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return problem(
      there === folder
        ? say(`this user may not write in ${folder}`, `当前用户无权写入 ${folder}`)
        : say(
            `${folder} is not there, and ${there} may not be written`,
            `没有 ${folder}，且无权写入 ${there}`,
          ),
      say('run as its owner, or name another with --data DIR', '以其所有者运行，或用 --data 指定别处'),
    );
  const { bavail, bsize } = await statfs(there);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB`;
  if (freeBytes < FULL_BYTES)
    return problem(
      say(`the disk of ${folder} is full (${free} free)`, `${folder} 所在磁盘已满（剩 ${free}）`),
      say('make room, or name another folder with --data DIR', '请腾出空间，或用 --data 指定别处'),
    );
  if (there !== folder)
    return note(
      say(
        `${folder} is not there yet; the first start makes it (${free} free)`,
        `还没有 ${folder}，首次启动时会创建（剩 ${free}）`,
      ),
    );
  const { uid, mode: wholeMode } = await stat(folder);
  const open = exchangeableAbove(folder, uid);
  if (open !== null) return exchangeable(folder, open, say);
  const mode = wholeMode & 0o777;
  const token = join(folder, 'token');
  const tokenMode = await stat(token).then(
    (file) => file.mode & 0o777,
    () => 0,
  );
  if ((mode & 0o011) !== 0 && (tokenMode & 0o044) !== 0)
    return problem(
      say(
        `others on this machine can read ${token}, and do what an administrator may (mode ${tokenMode.toString(8)})`,
        `这台机器上的其他人能读取 ${token}，从而拥有管理员权限（权限 ${tokenMode.toString(8)}）`,
      ),
      `chmod 700 ${folder} && chmod 600 ${token}`,
    );
  if ((mode & 0o077) !== 0)
    return note(
      say(
        `${folder} is open to others (mode ${mode.toString(8)})`,
        `${folder} 对他人开放（权限 ${mode.toString(8)}）`,
      ),
      `chmod 700 ${folder}`,
    );
  if (freeBytes < SCARCE_BYTES)
    return note(
      say(`${folder} has little room left (${free})`, `${folder} 空间不多（剩 ${free}）`),
      say('make room before history grows', '请在历史数据变多前腾出空间'),
    );
  return ok(
    say(`${folder}, on a local disk, private, ${free} free`, `${folder}，本地磁盘，私有，剩 ${free}`),
  );
}

/** Programs and credentials are in it: whoever lays his own folder in its place has them run, and is believed. */
function exchangeable(folder: string, { folder: above, by }: Exchangeable, say: DoctorFacts['say']): Finding {
  const told = {
    owner: say('its owner', '其所有者'),
    group: say('its group', '其用户组'),
    all: say('everybody on this machine', '这台机器上的所有人'),
  }[by];
  const found = say(
    `${told} may put another folder in the place of ${folder}: ${above} is open to them`,
    `${told}可以用别的目录替换 ${folder}：${above} 对其开放`,
  );
  const advice = say(
    by === 'owner'
      ? 'name a folder below one of your own with --data DIR'
      : `chmod +t ${above}, or name a folder of your own with --data DIR`,
    by === 'owner' ? '用 --data 指定自己目录下的位置' : `chmod +t ${above}，或用 --data 指定自己的目录`,
  );
  return by === 'group' ? note(found, advice) : problem(found, advice);
}

/** The mount that a path lies on: the last mounted of those with the longest mount point. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const { mountPoint } = mount;
    const isAbove = mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (isAbove && mountPoint.length >= (best?.mountPoint.length ?? 0)) best = mount;
  }
  return best;
}

async function nearestThere(path: string): Promise<string> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    const isThere = await stat(candidate).then(
      () => true,
      () => false,
    );
    if (isThere || candidate === dirname(candidate)) return candidate;
  }
}
