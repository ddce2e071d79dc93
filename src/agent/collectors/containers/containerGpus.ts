/** Which GPUs a container was given, from how it was created. Pure. */
import type { InspectAnswer } from './engineAnswers.ts';

/** A GPU of this machine, as far as a container's request may name it. */
export interface KnownGpu {
  uuid: string | null;
  index: number;
}

/**
 * Indexes of the GPUs that a container was given; null where it cannot be told.
 *
 *     docker run --gpus all          DeviceRequests [{Count: -1, Capabilities: [["gpu"]]}]
 *     docker run --gpus 2            DeviceRequests [{Count: 2, …}]          the first two
 *     docker run --gpus device=1,3   DeviceRequests [{DeviceIDs: ["1", "3"], …}]
 *     CDI                            DeviceRequests [{DeviceIDs: ["nvidia.com/gpu=0"]}]
 *     runtime nvidia                 NVIDIA_VISIBLE_DEVICES=all | none | void | 0,1 | GPU-…
 *
 * The variable counts only where something reads it: NVIDIA's runtime, or a hook of podman's. CUDA images set it to `all`, and
 * under Docker's own runtime that gives nothing, nor under podman with CDI (`--device nvidia.com/gpu=0`), of which only the
 * device files are told.
 */
export function findContainerGpus(
  { HostConfig, Config }: InspectAnswer,
  { engine, hasNvidiaHook }: { engine: 'docker' | 'podman'; hasNvidiaHook: boolean },
  known: readonly KnownGpu[],
): number[] | null {
  const requests = (HostConfig.DeviceRequests ?? []).filter(isGpuRequest);
  const wanted = requests.flatMap(({ DeviceIDs, Count }) =>
    DeviceIDs && DeviceIDs.length > 0 ? DeviceIDs : firstGpus(Count ?? 0, known),
  );
  const readsVariable =
    HostConfig.Runtime?.includes('nvidia') ||
    (engine === 'podman' && hasNvidiaHook && HostConfig.Runtime !== 'runc');
  if (requests.length === 0 && readsVariable && Config.Env !== null) wanted.push(...Config.Env.split(','));
  if (wanted.length > 0) return resolveAll(wanted, known);
  // Bare device files: their minor numbers need not be the indexes.
  const hasDeviceFiles = HostConfig.Devices?.some(({ PathOnHost }) =>
    /^\/dev\/nvidia\d/.test(PathOnHost ?? ''),
  );
  return hasDeviceFiles ? null : [];
}

type DeviceRequest = NonNullable<InspectAnswer['HostConfig']['DeviceRequests']>[number];

function isGpuRequest({ Capabilities, DeviceIDs }: DeviceRequest): boolean {
  const asksForGpu = Capabilities?.some((all) => all.includes('gpu') || all.includes('nvidia')) ?? false;
  return asksForGpu || (DeviceIDs?.some((id) => id.startsWith('nvidia.com/gpu=')) ?? false);
}

function firstGpus(count: number, known: readonly KnownGpu[]): string[] {
  if (count < 0) return ['all'];
  return known.slice(0, count).map(({ index }) => String(index));
}

/** Null as soon as one name cannot be resolved: half of the truth would look like the whole. */
function resolveAll(names: readonly string[], known: readonly KnownGpu[]): number[] | null {
  const indexes = new Set<number>();
  for (const name of names.map((text) => text.trim().replace(/^nvidia\.com\/gpu=/, ''))) {
    if (name === '' || name === 'none' || name === 'void') continue;
    if (name === 'all') {
      for (const gpu of known) indexes.add(gpu.index);
      continue;
    }
    const index = resolve(name, known);
    if (index === null) return null;
    indexes.add(index);
  }
  return [...indexes].sort((a, b) => a - b).slice(0, 128);
}

/**
 * `3`; `3:0` (MIG: instance 0 of GPU 3); a uuid or its beginning, as NVIDIA's tools accept it; `MIG-GPU-<uuid>/1/0`, an
 * instance's name before driver 470. Its newer name (`MIG-<uuid>`) does not tell the card.
 */
function resolve(name: string, known: readonly KnownGpu[]): number | null {
  const index = /^(\d{1,3})(?::\d+)?$/.exec(name)?.[1];
  if (index !== undefined) return Number(index);
  const wanted = /^(?:MIG-)?(GPU-[^/]+)/.exec(name)?.[1];
  if (wanted === undefined) return null;
  return known.find(({ uuid }) => uuid?.startsWith(wanted))?.index ?? null;
}
