/**
 * What a container uses, from its control group's files: cgroup v2, v1, and hybrids of both (the kernel's
 * Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/). Read from the kernel, because the engine's own figures cost it a second a container.
 */
import { readKernelFile } from '../kernelFile.ts';
import { ratePerSecond } from '../rate.ts';

export interface ControlGroups {
  /** Folder of the group that accounts for memory, and whether it is a version 2 one; null where none does. */
  memory: ControlGroup | null;
  processor: ControlGroup | null;
}

export interface ControlGroup {
  version: 1 | 2;
  /** Below the controller's mount. */
  path: string;
}

/**
 * The groups of a container's main process, from /proc/PID/cgroup. A controller that stands in a line of version 1 is there, else
 * it is in the version 2 group (`0::`):
 *
 *     4:memory:/docker/<id>
 *     2:cpu,cpuacct:/docker/<id>
 *     0::/system.slice/docker-<id>.scope/init.scope
 *
 * Programs in the container may have made groups of their own below; the container's ends at its id.
 */
export function parseControlGroups(text: string, containerId: string): ControlGroups {
  const groups: ControlGroups = { memory: null, processor: null };
  let unified: ControlGroup | null = null;
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (!match) continue;
    const controllers = (match[1] ?? '').split(',');
    const path = upToContainer(match[2] ?? '/', containerId);
    if (controllers.includes('memory')) groups.memory = { version: 1, path };
    if (controllers.includes('cpuacct')) groups.processor = { version: 1, path };
    if (match[1] === '') unified = { version: 2, path };
  }
  return { memory: groups.memory ?? unified, processor: groups.processor ?? unified };
}

function upToContainer(path: string, containerId: string): string {
  const at = path.indexOf(containerId);
  if (at < 0) return path;
  const end = path.indexOf('/', at);
  return end < 0 ? path : path.slice(0, end);
}

/**
 * Bytes that cannot be had back at once: usage less the file cache that was not used lately, as `docker stats` counts.
 *
 *     memory.current (v2), memory.usage_in_bytes (v1):   734003200
 *     memory.stat:                                        inactive_file 52428800 (v2), total_inactive_file … (v1)
 */
export function usedMemoryBytes(usage: string, stat: string): number | null {
  const used = /^\d{1,15}$/.test(usage.trim()) ? Number(usage) : null;
  if (used === null) return null;
  const cached = /^total_inactive_file (\d{1,15})$/m.exec(stat) ?? /^inactive_file (\d{1,15})$/m.exec(stat);
  return Math.max(0, used - Number(cached?.[1] ?? 0));
}

/** Processor time in microseconds: `usage_usec` of cpu.stat (v2), or cpuacct.usage in nanoseconds (v1). */
export function usedProcessorMicroseconds(text: string, version: 1 | 2): number | null {
  const match = version === 2 ? /^usage_usec (\d{1,18})$/m.exec(text) : /^(\d{1,20})\s*$/.exec(text);
  if (!match) return null;
  return version === 2 ? Number(match[1]) : Number(match[1]) / 1000;
}

export interface ContainerUse {
  memoryUsedBytes: number | null;
  /** Of one core. */
  cpuPercent: number | null;
}

export interface UseReader {
  /** What the container uses, at most 5 s old. */
  read(container: { id: string; pid: number | null }): ContainerUse;
  /** Forgets every container but these. */
  keepOnly(ids: ReadonlySet<string>): void;
}

/** memory.stat makes the kernel sum up over all cores: for each container, each second would be felt. */
const REMEMBERED_MS = 5000;
/** Half of them up to all of it: hundreds of containers, first seen together, are not all read again in one second. */
const rememberedMs = (id: string): number =>
  REMEMBERED_MS * (0.5 + Number.parseInt(id.slice(0, 2), 16) / 510);
const UNKNOWN: ContainerUse = { memoryUsedBytes: null, cpuPercent: null };

/** A reader that remembers the readings before. `root` is where /proc and /sys are looked for. */
export function createUseReader(root: string, readClockMs = () => performance.now()): UseReader {
  const known = new Map<
    string,
    { use: ContainerUse; processorMicroseconds: number | null; takenAtMs: number }
  >();
  const unifiedMount =
    readKernelFile(`${root}/sys/fs/cgroup/cgroup.controllers`) === null
      ? 'sys/fs/cgroup/unified'
      : 'sys/fs/cgroup';

  function readFile(group: ControlGroup | null, controller: string, files: { 1: string; 2: string }): string {
    if (group === null) return '';
    const mount = group.version === 2 ? unifiedMount : `sys/fs/cgroup/${controller}`;
    return readKernelFile(`${root}/${mount}${group.path}/${files[group.version]}`) ?? '';
  }

  return {
    read({ id, pid }) {
      if (pid === null) return UNKNOWN;
      const now = readClockMs();
      const before = known.get(id);
      const age = before ? now - before.takenAtMs : Number.NaN;
      if (before && age >= 0 && age < rememberedMs(id)) return before.use;
      const { memory, processor } = parseControlGroups(
        readKernelFile(`${root}/proc/${pid}/cgroup`) ?? '',
        id,
      );
      const processorMicroseconds = usedProcessorMicroseconds(
        readFile(processor, 'cpuacct', { 1: 'cpuacct.usage', 2: 'cpu.stat' }),
        processor?.version ?? 2,
      );
      const perSecond =
        processorMicroseconds === null
          ? null
          : ratePerSecond(before?.processorMicroseconds ?? undefined, processorMicroseconds, age);
      const use = {
        memoryUsedBytes: usedMemoryBytes(
          readFile(memory, 'memory', { 1: 'memory.usage_in_bytes', 2: 'memory.current' }),
          readFile(memory, 'memory', { 1: 'memory.stat', 2: 'memory.stat' }),
        ),
        cpuPercent: perSecond === null ? null : perSecond / 10_000,
      };
      known.set(id, { use, processorMicroseconds, takenAtMs: now });
      return use;
    },
    keepOnly(ids) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    },
  };
}
