/** What the machine is called by its maker and its kernel: operating system, uptime, boot id. Pure, but for the boot id. */
import { readKernelFile } from '../kernelFile.ts';

/**
 * The operating system from /etc/os-release (os-release(5)): shell-like assignments.
 *
 *     PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
 *     NAME="Debian GNU/Linux"
 */
export function parseOsName(text: string): string | null {
  return assignment(text, 'PRETTY_NAME') ?? assignment(text, 'NAME');
}

function assignment(text: string, key: string): string | null {
  const raw = new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim();
  const value = raw?.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1');
  return value ? value.slice(0, 256) : null;
}

/**
 * Seconds since boot from /proc/uptime:
 *
 *     1020.23 1916.69
 */
export function parseUptime(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) /.exec(text);
  return match ? Number(match[1]) : null;
}

/** The kernel's id of this boot, null where it is not told: it changes with every boot of the machine. */
export function readBootId(root = '/'): string | null {
  const text = readKernelFile(`${root}/proc/sys/kernel/random/boot_id`)?.trim();
  return text && /^[0-9a-f-]{36}$/.test(text) ? text : null;
}
