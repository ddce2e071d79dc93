/** Who listens on a TCP port of this machine, from /proc: for the words that go with "the port is taken". */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** `flowline up (pid 4711)`, or null where the process cannot be seen (another user's). */
export async function whoListens(port: number): Promise<string | null> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const inode of listeningInodes(text, port)) inodes.add(inode);
  }
  if (inodes.size === 0) return null;
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const name = programName(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
      return `${name ?? 'a process'} (pid ${pid})`;
    }
  }
  return null;
}

/**
 * What a person calls a program, from its /proc/PID/cmdline: `nginx`, `flowline up`; null where that is empty. Not its
 * comm: Node calls its first thread MainThread.
 */
export function programName(commandLine: string): string | null {
  const [program = '', ...rest] = commandLine.split('\0').filter((word) => word !== '');
  // Some write a sentence there, like `nginx: master process /usr/sbin/nginx`.
  const name = baseName(program.split(' ')[0] ?? '').replace(/:$/, '');
  if (!/^(node|nodejs|python[\d.]*)$/.test(name)) return name || null;
  const [script, word = ''] = rest.filter((argument) => !argument.startsWith('-'));
  // Behind `-e` or `-c` stands the program itself, and none of it is a name.
  if (script === undefined || /^-[a-z]*[cep]$|^--(eval|print)$/.test(rest[rest.indexOf(script) - 1] ?? ''))
    return name;
  const scriptName = baseName(script).replace(/\.([cm]?js|ts|py)$/, '');
  return /^[a-z]+$/.test(word) ? `${scriptName} ${word}` : scriptName;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Socket inodes that listen on a port, of a table like (proc(5), local_address in hexadecimal, state 0A is LISTEN):
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:0DF1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23456 1 …
 */
export function listeningInodes(table: string, port: number): string[] {
  return listeners(table, port).map(({ inode }) => inode);
}

/** The users whose sockets listen on a port of this machine; empty where nobody does. */
export async function whoseListeners(port: number): Promise<Set<number>> {
  const uids = new Set<number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const { uid } of listeners(text, port)) uids.add(uid);
  }
  return uids;
}

function listeners(table: string, port: number): { uid: number; inode: string }[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const listens = columns[1]?.endsWith(`:${wanted}`) && columns[3] === '0A';
    return listens && columns[9] ? [{ uid: Number(columns[7]), inode: columns[9] }] : [];
  });
}
