/** The laboratory of the page's tests and pictures: named machines, each there to show something. */
import type { Gpu } from '../../src/model/gpu.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import { type ImaginedProcess, imagineGpu, imagineNode, load } from './imaginedFleet.ts';

const HOUR = 60;
const GIB = 2 ** 30;

interface Row {
  name: string;
  alias: string;
  model: string;
  gib: number;
  watts: number;
  cards: number;
}

const ROWS: Row[] = [
  { name: 'atlas', alias: '甲机', model: 'H100 80GB HBM3', gib: 80, watts: 700, cards: 8 },
  { name: 'vega', alias: 'lab-4090-02', model: 'GeForce RTX 4090', gib: 24, watts: 450, cards: 4 },
  { name: 'orion', alias: 'a100-03', model: 'A100-SXM4-40GB', gib: 40, watts: 400, cards: 8 },
  { name: 'rigel', alias: 'l40s-01', model: 'L40S', gib: 48, watts: 350, cards: 4 },
  { name: 'deneb', alias: 'ws-chen', model: 'GeForce RTX 3090', gib: 24, watts: 350, cards: 2 },
  { name: 'lyra', alias: 'h100-02', model: 'H100 80GB HBM3', gib: 80, watts: 700, cards: 8 },
  { name: 'mira', alias: 'a6000-01', model: 'RTX A6000', gib: 48, watts: 300, cards: 4 },
  { name: 'altair', alias: 'a6000-02', model: 'RTX A6000', gib: 48, watts: 300, cards: 4 },
  { name: 'spica', alias: 'v100-01', model: 'Tesla V100-SXM2-32GB', gib: 32, watts: 300, cards: 8 },
  { name: 'castor', alias: 'ws-liu', model: 'GeForce RTX 4070 Ti', gib: 12, watts: 285, cards: 1 },
  { name: 'pollux', alias: 'ws-wang', model: 'GeForce RTX 3090', gib: 24, watts: 350, cards: 2 },
  { name: 'capella', alias: 'a100-04', model: 'A100-SXM4-80GB', gib: 80, watts: 400, cards: 8 },
  { name: 'antares', alias: 'a100-05', model: 'A100-SXM4-80GB', gib: 80, watts: 400, cards: 8 },
  { name: 'bellatrix', alias: 't4-01', model: 'Tesla T4', gib: 15, watts: 70, cards: 4 },
  { name: 'hadar', alias: 'l4-01', model: 'L4', gib: 22.5, watts: 72, cards: 4 },
  { name: 'mimosa', alias: 'l4-02', model: 'L4', gib: 22.5, watts: 72, cards: 4 },
  { name: 'regulus', alias: 'h200-01', model: 'H200', gib: 140, watts: 700, cards: 8 },
  { name: 'adhara', alias: 'h200-02', model: 'H200', gib: 140, watts: 700, cards: 8 },
];

const PEOPLE = ['chen.yu', 'wang.ll', 'lin.wei', 'zhao.k', 'm.okafor', 's.keller', 'i.petrov', 'liu.jx'];
const COMMANDS = [
  'torchrun --nproc 4 finetune.py --base qwen2-7b --rank 16 --bs 8',
  'python train.py --data rotate_mnist --model vit_b --lr 3e-4 --seed 12',
  'python eval.py --suite long --batch 64',
  'python sample.py --ckpt runs/ddpm/ema.pt --steps 250',
];

/** The laboratory at an instant. The same instant gives the same figures; utilisation moves a little with time. */
export function imagineLab(nowMs: number): NodeStatus[] {
  return ROWS.map((row, place) => {
    const gpus = Array.from({ length: row.cards }, (_, index) =>
      ordinaryGpu(row, place, imagineGpu(index, row.model, row.gib, row.watts), nowMs),
    );
    const node = imagineNode(
      {
        name: row.name,
        alias: row.alias,
        address: `10.20.4.${11 + place}`,
        cpuPercent: (13 + place * 17) % 60,
        memoryUsedGib: (60 + ((place * 97) % 400)) * (row.cards >= 8 ? 1.6 : 0.4),
        memoryTotalGib: row.cards >= 8 ? 1024 : 256,
        diskPercent: 40 + ((place * 13) % 40),
        gpus,
      },
      nowMs,
    );
    return SPECIAL[row.name]?.(node, nowMs) ?? node;
  });
}

const wobble = (seed: number, nowMs: number): number => Math.round(2 * Math.sin(nowMs / 3000 + seed));

function process(seed: number, gib: number, sm: number, minutes = 5 * HOUR + seed): ImaginedProcess {
  return {
    owner: PEOPLE[seed % PEOPLE.length] ?? 'chen.yu',
    command: COMMANDS[seed % COMMANDS.length] ?? '',
    pid: 40_000 + seed * 37,
    gib,
    sm,
    minutes,
  };
}

function ordinaryGpu(row: Row, place: number, gpu: Gpu, nowMs: number): Gpu {
  const seed = place * 8 + gpu.index;
  if ((seed * 7) % 10 < 2) return gpu;
  const percent = 93 + ((seed * 5) % 5) + wobble(seed, nowMs);
  if ((seed * 7) % 23 === 5) return load(gpu, 0, nowMs, [process(seed, row.gib * 0.6, 0, 7 * HOUR)]);
  return load(gpu, percent, nowMs, [process(place + (gpu.index >> 1), row.gib * 0.86, percent)]);
}

/** Machines with a story. */
const SPECIAL: Record<string, (node: NodeStatus, nowMs: number) => NodeStatus> = {
  atlas: (node, nowMs) => {
    const run = (pid: number, gib: number): ImaginedProcess => ({ ...process(0, gib, 98), pid });
    return withGpus(node, (gpu) => {
      const figure = (percent: number): number => percent + Math.min(0, wobble(gpu.index, nowMs));
      switch (gpu.index) {
        case 0:
        case 1:
        case 3:
          return load(gpu, figure(99), nowMs, [run(40_112 + gpu.index, 70.4)]);
        case 2:
          return load(gpu, figure(98), nowMs, [run(40_114, 61.1)], 6.4);
        case 4:
          return load(
            gpu,
            figure(87),
            nowMs,
            [
              { ...process(1, 38.2, 58, 161), pid: 31_544, session: 'tmux:wll' },
              { ...process(2, 21.6, 29, 64), pid: 41_822 },
            ],
            1.2,
          );
        case 5:
          return {
            ...load(gpu, figure(74), nowMs, [{ ...process(1, 55.1, 74, 27 * HOUR), pid: 11_870 }], 1),
            temperatureCelsius: 91,
            graphicsClockMHz: 1260,
            throttleReasons: ['hardware-thermal'],
          };
        case 6:
          return load(
            gpu,
            0,
            nowMs,
            [
              {
                ...process(3, 46.3, 0, 440),
                pid: 20_871,
                container: 'zk-notebook',
                command: '/opt/conda/bin/python -m ipykernel_launcher -f kernel-8f1c.json',
              },
            ],
            0.5,
          );
        default:
          return imagineGpu(gpu.index, 'H100 80GB HBM3', 80, 700);
      }
    });
  },
  vega: (node, nowMs) =>
    withDisk(
      withGpus(node, (gpu) => {
        switch (gpu.index) {
          case 0:
            return load(gpu, 98 + Math.min(0, wobble(1, nowMs)), nowMs, [
              { ...process(2, 18.9, 97, 64), pid: 41_822 },
            ]);
          case 1:
            return load(gpu, 0, nowMs, [
              { ...process(3, 21.3, 0, 440), pid: 20_872, container: 'zk-notebook' },
            ]);
          case 2:
            return {
              ...load(
                gpu,
                91,
                nowMs,
                [process(8, 12.4, 63, 38), { ...process(2, 6.2, 28, 12), pid: 44_207 }],
                2.6,
              ),
              temperatureCelsius: 88,
              graphicsClockMHz: 1935,
              throttleReasons: ['software-thermal'],
            };
          default:
            return imagineGpu(gpu.index, 'GeForce RTX 4090', 24, 450);
        }
      }),
      94.2,
    ),
  orion: (node, nowMs) =>
    withGpus(node, (gpu) =>
      gpu.index === 3
        ? {
            ...gpu,
            state: 'lost',
            message: 'GPU is lost: it fell off the bus. Reset it or reboot.',
            memoryUsedBytes: null,
            memoryFreeBytes: null,
            memoryUnaccountedBytes: null,
            utilizationPercent: null,
            temperatureCelsius: null,
            powerWatts: null,
            processes: [],
            xidEvents: [
              { code: 79, meaning: 'GPU has fallen off the bus', pid: null, atMs: nowMs - 263 * 60_000 },
            ],
          }
        : gpu,
    ),
  rigel: (node, nowMs) => {
    if (!node.sample) return node;
    const driver = { ...node.sample.driver, state: 'unresponsive' as const, answeredAtMs: nowMs - 192_000 };
    const host = { ...node.sample.host, cpuPercent: 97 };
    return { ...node, sample: { ...node.sample, driver, host } };
  },
  deneb: (node, nowMs) => ({
    ...node,
    state: 'offline',
    absence: 'silent',
    mayRun: false,
    maintenance: null,
    rebooted: null,
    lastSeenAtMs: nowMs - 47 * 60_000,
  }),
};

function withGpus(node: NodeStatus, change: (gpu: Gpu) => Gpu): NodeStatus {
  if (!node.sample) return node;
  return { ...node, sample: { ...node.sample, gpus: node.sample.gpus.map(change), ...ofAtlas(node.name) } };
}

/** Containers and sessions, which only one machine needs to have. */
function ofAtlas(name: string): Partial<NonNullable<NodeStatus['sample']>> {
  if (name !== 'atlas') return {};
  const container = {
    engine: 'docker' as const,
    state: 'running',
    memoryUsedBytes: 31 * GIB,
    cpuPercent: 104,
    owner: null,
  };
  return {
    containers: [
      {
        ...container,
        id: 'c1',
        name: 'zk-notebook',
        image: 'jupyter/pytorch',
        status: 'Up 7 hours',
        gpus: [6],
        enterCommand: 'docker exec -it zk-notebook bash',
      },
      {
        ...container,
        id: 'c2',
        name: 'vllm-eval',
        image: 'vllm:0.5',
        status: 'Up 2 hours',
        gpus: [4, 5],
        enterCommand: 'docker exec -it vllm-eval bash',
      },
    ],
    sessions: [
      {
        kind: 'tmux',
        id: 's1',
        name: 'wll',
        user: 'wang.ll',
        attached: true,
        createdAtMs: null,
        attachCommand: "tmux -S /tmp/tmux-1012/default attach -t '$0'",
      },
      {
        kind: 'screen',
        id: 's2',
        name: '41822.sweep',
        user: 'lin.wei',
        attached: false,
        createdAtMs: null,
        attachCommand: 'screen -r 41822.sweep',
      },
      {
        kind: 'tmux',
        id: 's3',
        name: 'ckpt\u001b-watch',
        user: 'chen.yu',
        attached: false,
        createdAtMs: null,
        attachCommand: null,
      },
    ],
  };
}

function withDisk(node: NodeStatus, percent: number): NodeStatus {
  if (!node.sample) return node;
  const disks = node.sample.host.disks.map((disk) =>
    disk.mount === '/data'
      ? { ...disk, usedBytes: Math.round(((disk.totalBytes ?? 0) * percent) / 100) }
      : disk,
  );
  return { ...node, sample: { ...node.sample, host: { ...node.sample.host, disks } } };
}
