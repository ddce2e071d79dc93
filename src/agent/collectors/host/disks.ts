/** The machine's disks: which there are, how full, how busy; asked anew every 10 s beside the readings. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Disk } from '../../../model/host.ts';
import { said } from '../../said.ts';
import { readKernelFile } from '../kernelFile.ts';
import { ratePerSecond } from '../rate.ts';
import { type DeviceTraffic, parseDeviceTraffic, trafficOf } from './diskTraffic.ts';
import { readFileSystemSize } from './fileSystemSize.ts';
import type { MountAnswer, MountProber } from './mountProber.ts';
import { answersAtOnce, type Mount, selectDisks } from './mounts.ts';
import { createMountReader } from './readMounts.ts';

/** Disks fill slowly; a question to each mount every second would be felt by file servers with many clients. */
const REFRESH_MS = 10_000;

/** Longer than one dead mount's deadline; with many of them the first sample goes on without. */
const FIRST_ANSWERS_MS = 3000;

export interface Disks {
  /** As last told; waits for the first answers, 3 s at most. */
  read(): Promise<Disk[]>;
  stop(): Promise<void>;
}

/** Starts asking. `root` is where /proc is looked for. */
export function startDisks(prober: MountProber, root: string): Disks {
  const readMounts = createMountReader(root);
  let disks: Disk[] = [];
  let trafficBefore = new Map<string, DeviceTraffic>();
  let takenAtMs = Number.NaN;

  async function refresh(): Promise<void> {
    const all = readMounts();
    const mounts = selectDisks(all);
    if (disks.length === 0) disks = mounts.map((mount) => describe(mount, NOT_YET, NO_TRAFFIC));
    const { atOnce = [], apart = [] } = Object.groupBy(mounts, (mount) =>
      answersAtOnce(mount, all) ? 'atOnce' : 'apart',
    );
    const [own, others] = await Promise.all([
      Promise.all(atOnce.map(async ({ mountPoint }) => [mountPoint, await askHere(mountPoint)] as const)),
      prober.ask(apart.map((mount) => mount.mountPoint)),
    ]);
    const answers = new Map([...own, ...others]);
    const traffic = parseDeviceTraffic(readKernelFile(`${root}/proc/diskstats`) ?? '');
    const now = performance.now();
    disks = mounts.map((mount) =>
      describe(mount, answers.get(mount.mountPoint), {
        before: trafficOf(mount, trafficBefore),
        now: trafficOf(mount, traffic),
        elapsedMs: now - takenAtMs,
      }),
    );
    trafficBefore = traffic;
    takenAtMs = now;
  }

  let refreshing: Promise<void> | null = null;
  const refreshOnce = () => {
    // A round with many dead mounts may outlast the interval: never two at a time.
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  };
  const first = Promise.race([refreshOnce(), delay(FIRST_ANSWERS_MS, undefined, { ref: false })]);
  const timer = setInterval(() => void refreshOnce(), REFRESH_MS);
  timer.unref();

  return {
    async read() {
      await first;
      return disks;
    },
    async stop() {
      clearInterval(timer);
      await prober.stop();
    },
  };
}

async function askHere(mountPoint: string): Promise<MountAnswer> {
  try {
    return { state: 'ok', message: null, remarks: null, ...(await readFileSystemSize(mountPoint)) };
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return { state: 'failed', message, remarks: null, totalBytes: null, usedBytes: null };
  }
}

interface Traffic {
  before: DeviceTraffic | undefined;
  now: DeviceTraffic | undefined;
  elapsedMs: number;
}

const NO_TRAFFIC: Traffic = { before: undefined, now: undefined, elapsedMs: 0 };
const NOT_YET: MountAnswer = {
  state: 'unresponsive',
  totalBytes: null,
  usedBytes: null,
  ...said({ kind: 'mount-not-yet' }),
};

function describe(mount: Mount, answer: MountAnswer | undefined, { before, now, elapsedMs }: Traffic): Disk {
  return {
    mount: mount.mountPoint,
    device: mount.source,
    fileSystem: mount.fileSystem,
    totalBytes: answer?.totalBytes ?? null,
    usedBytes: answer?.usedBytes ?? null,
    readBytesPerSecond: now ? ratePerSecond(before?.readBytes, now.readBytes, elapsedMs) : null,
    writeBytesPerSecond: now ? ratePerSecond(before?.writtenBytes, now.writtenBytes, elapsedMs) : null,
    state: answer?.state ?? 'failed',
    ...(answer ? { message: answer.message, remarks: answer.remarks } : said({ kind: 'agent-stops' })),
  };
}
