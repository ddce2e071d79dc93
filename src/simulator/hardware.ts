/** The kinds of machine that cards stand in. */
import type { Hardware } from './world.ts';

const home = {
  mount: '/home',
  fileSystem: 'nfs4',
  device: 'files-1:/export/home',
  gib: 61_440,
  share: 0.83,
  state: 'ok',
} as const;

const disk = (mount: string, device: string, gib: number, share: number): Hardware['disks'][number] => ({
  mount,
  fileSystem: 'ext4',
  device,
  gib,
  share,
  state: 'ok',
});

/** By the word that machines are described with. */
export const hardware = {
  'two xeons': {
    cpuModel: 'Intel(R) Xeon(R) Platinum 8480+',
    cpuCores: 224,
    memoryGiB: 1024,
    swapGiB: 32,
    disks: [disk('/', '/dev/nvme0n1p2', 879, 0.41), disk('/data', '/dev/md0', 7372, 0.71), home],
    interface: 'bond0',
    os: 'Ubuntu 22.04.5 LTS',
    kernel: '5.15.0-139-generic',
  },
  'two epycs': {
    cpuModel: 'AMD EPYC 7742 64-Core Processor',
    cpuCores: 256,
    memoryGiB: 512,
    swapGiB: 16,
    disks: [disk('/', '/dev/nvme0n1p2', 439, 0.63), disk('/data', '/dev/md0', 14_336, 0.58), home],
    interface: 'ens1f0',
    os: 'Ubuntu 20.04.6 LTS',
    kernel: '5.4.0-216-generic',
  },
  /** Its archive is on a file server that went away. */
  'two epycs with a dead mount': {
    cpuModel: 'AMD EPYC 9654 96-Core Processor',
    cpuCores: 384,
    memoryGiB: 1024,
    swapGiB: 0,
    disks: [
      disk('/', '/dev/nvme0n1p2', 879, 0.4),
      home,
      {
        mount: '/mnt/archive',
        fileSystem: 'nfs',
        device: 'old-files:/archive',
        gib: 0,
        share: 0,
        state: 'unresponsive',
      },
    ],
    interface: 'bond0',
    os: 'Rocky Linux 9.5 (Blue Onyx)',
    kernel: '5.14.0-503.el9.x86_64',
  },
  'one epyc': {
    cpuModel: 'AMD EPYC 7543 32-Core Processor',
    cpuCores: 64,
    memoryGiB: 256,
    swapGiB: 8,
    disks: [disk('/', '/dev/nvme0n1p2', 1741, 0.94), home],
    interface: 'enp65s0f0',
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-31-amd64',
  },
  workstation: {
    cpuModel: 'AMD Ryzen 9 7950X 16-Core Processor',
    cpuCores: 32,
    memoryGiB: 128,
    swapGiB: 2,
    disks: [disk('/', '/dev/nvme0n1p3', 1831, 0.52)],
    interface: 'enp5s0',
    os: 'Ubuntu 24.04.2 LTS',
    kernel: '6.8.0-58-generic',
  },
  'login node': {
    cpuModel: 'Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz',
    cpuCores: 32,
    memoryGiB: 64,
    swapGiB: 8,
    disks: [disk('/', '/dev/sda2', 219, 0.77), home],
    interface: 'eno1',
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-31-amd64',
  },
} satisfies Record<string, Hardware>;

export type HardwareName = keyof typeof hardware;
