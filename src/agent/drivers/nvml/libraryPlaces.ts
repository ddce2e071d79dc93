/**
 * Where NVIDIA's library may be, and signs that one was installed since: cheap to look at, so that a machine without a
 * driver need not start a process over and over to find out. Opening it is library.ts's.
 */
import { access, readFile, stat } from 'node:fs/promises';

const LIBRARY = 'libnvidia-ml.so.1';

/** Where systems keep the library beside the loader's own places: WSL 2, NixOS, Debian's alternatives. */
const places = [
  '/usr/lib/wsl/lib',
  '/run/opengl-driver/lib',
  '/usr/lib/x86_64-linux-gnu/nvidia/current',
  '/usr/lib/aarch64-linux-gnu/nvidia/current',
  '/usr/lib/nvidia/current',
];

/** What is tried, in this order. @param named the library to use instead of the system's (FLOWLINE_NVML), or null */
export function libraryPaths(named: string | null): readonly string[] {
  return named === null ? [LIBRARY, ...places.map((place) => `${place}/${LIBRARY}`)] : [named];
}

/** The loader's index, which installing a driver writes anew, and its own places, for systems without that index. */
const loaderFiles = [
  '/etc/ld.so.cache',
  ...['/lib64', '/usr/lib64', '/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map(
    (folder) => `${folder}/${LIBRARY}`,
  ),
];

/** There while the kernel module is loaded, and where it can be reached. Their times change by themselves. */
const moduleSigns = ['/sys/module/nvidia', '/proc/driver/nvidia/version', '/dev/nvidiactl'];
/** Which one is loaded. */
const MODULE_VERSION = '/sys/module/nvidia/version';

/**
 * A text that differs once a library appeared, was replaced, or the kernel module was loaded or replaced. Not asked for:
 * folders named in LD_LIBRARY_PATH, which are often on network file systems.
 */
export async function signsOfDriver(named: string | null): Promise<string> {
  const files = [...libraryPaths(named).filter((path) => path.includes('/')), ...loaderFiles];
  const signs = [...files.map(identityOf), ...moduleSigns.map(isThere), textOf(MODULE_VERSION)];
  return (await Promise.all(signs)).join(' ');
}

/**
 * The same, asked over and over: while one look has not come back, as from a dead file system, no other begins. Each
 * would hold one of this process's few threads for files.
 */
export function watchForDriver(named: string | null, look = signsOfDriver): () => Promise<string> {
  let looking: Promise<string> | null = null;
  return () => {
    looking ??= look(named).finally(() => {
      looking = null;
    });
    return looking;
  };
}

async function identityOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${mtimeNs}`;
  } catch {
    return '-';
  }
}

async function isThere(path: string): Promise<string> {
  return access(path).then(
    () => '+',
    () => '-',
  );
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '-',
  );
}
