/**
 * The programs that people of the imagined laboratory run: what each looks like in a list of processes, and how it uses
 * card and machine. Command lines are as an agent tells them: secrets masked already.
 */
import { pick, type Random, wholeBetween } from './random.ts';
import type { OnSignal, Rhythm } from './world.ts';

export interface Recipe {
  /** As the kernel names it, at most 15 characters. */
  name: string;
  executable: string;
  /** Below the person's home. */
  folder: string;
  /** Name of a conda environment, or null. */
  environment: string | null;
  command: (random: Random, login: string) => string;
  rhythm: Rhythm;
  /** Of a card's memory, at least and at most. */
  memoryShare: readonly [number, number];
  leakBytesPerSecond: number;
  /** Of one core. */
  cpuPercent: number;
  hostMemoryGiB: number;
  /** How long it runs, at least and at most. */
  minutes: readonly [number, number];
  onSignal: OnSignal;
}

const rate = (random: Random): string => pick(random, ['1e-4', '3e-4', '1e-3', '3e-3']);

const training: Recipe = {
  name: 'python',
  executable: '/opt/conda/envs/torch/bin/python3.11',
  folder: 'rotate-mnist',
  environment: 'torch',
  command: (random) =>
    `python train.py --data rotate_mnist --model ${pick(random, ['cnn', 'vit_b', 'resnet50'])} --lr ${rate(random)} --seed ${wholeBetween(random, 1, 40)}`,
  rhythm: 'uneven',
  memoryShare: [0.2, 0.45],
  leakBytesPerSecond: 0,
  cpuPercent: 108,
  hostMemoryGiB: 9,
  minutes: [25, 180],
  onSignal: 'ends',
};

/** By the word that machines are described with. */
export const recipes = {
  train: training,
  /** One run of many: short, so that something ends and begins while one looks. */
  sweep: {
    ...training,
    folder: 'sweeps/diffusion',
    command: (random) =>
      `python train.py --config sweeps/ddpm.yaml --trial ${wholeBetween(random, 1, 900)} --lr ${rate(random)} --wandb-api-key ***`,
    rhythm: 'steady',
    memoryShare: [0.3, 0.8],
    hostMemoryGiB: 6,
    minutes: [2, 12],
  },
  finetune: {
    ...training,
    name: 'pt_main_thread',
    folder: 'finetune',
    command: (random) =>
      `/opt/conda/envs/torch/bin/python3.11 -u finetune.py --base qwen2.5-${pick(random, ['1.5b', '7b', '14b'])} --rank 16 --bs 8 --gradient-checkpointing`,
    rhythm: 'steady',
    memoryShare: [0.82, 0.9],
    cpuPercent: 400,
    hostMemoryGiB: 48,
    minutes: [90, 900],
  },
  /** One model that no card of its machine holds alone. */
  sharded: {
    ...training,
    folder: 'serving',
    command: () =>
      'python generate.py --model meta-llama/Llama-3.1-70B-Instruct --device-map auto --prompts prompts/eval.jsonl',
    rhythm: 'bursts',
    memoryShare: [0.8, 0.9],
    hostMemoryGiB: 22,
    minutes: [200, 900],
  },
  sample: {
    ...training,
    folder: 'ddpm',
    command: () => 'python sample.py --ckpt runs/ddpm/ema_0300000.pt --batch 512 --steps 1000',
    rhythm: 'steady',
    memoryShare: [0.6, 0.7],
    hostMemoryGiB: 12,
    // It writes a last checkpoint first, and takes longer than anybody waits.
    onSignal: 'ignores-sigterm',
  },
  eval: {
    ...training,
    folder: 'long-context',
    command: () => 'python eval.py --suite long --batch 64 --tasks mmlu,gsm8k,longbench --out results/',
    memoryShare: [0.4, 0.5],
    hostMemoryGiB: 10,
    minutes: [15, 90],
  },
  notebook: {
    ...training,
    executable: '/opt/conda/bin/python3.12',
    folder: 'notebooks',
    environment: 'base',
    command: (random) =>
      `/opt/conda/bin/python -m ipykernel_launcher -f kernel-${wholeBetween(random, 0x1000, 0xffff).toString(16)}.json`,
    rhythm: 'resting',
    memoryShare: [0.5, 0.88],
    cpuPercent: 0.3,
    hostMemoryGiB: 6,
    minutes: [240, 2000],
  },
  vllm: {
    ...training,
    name: 'VLLM::EngineCor',
    executable: '/usr/bin/python3.12',
    folder: '.',
    environment: null,
    command: () =>
      '/usr/bin/python3.12 -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-32B-Instruct --gpu-memory-utilization 0.9 --api-key ***',
    rhythm: 'bursts',
    memoryShare: [0.89, 0.9],
    cpuPercent: 130,
    hostMemoryGiB: 31,
    minutes: [2000, 9000],
  },
  /** Its memory grows until the card has no more: then it is gone. */
  leak: {
    ...training,
    folder: 'world-models',
    command: () => 'python rollout.py --keep-graph --horizon 4096 --env dmc_walker',
    memoryShare: [0.3, 0.35],
    leakBytesPerSecond: 24 * 1024 * 1024,
    minutes: [600, 900],
  },
  /** Waits on a file server that is gone, in state D: no signal reaches it. */
  stuck: {
    ...training,
    folder: 'video',
    command: () => 'python train.py --data /mnt/archive/kinetics700 --workers 32',
    rhythm: 'resting',
    memoryShare: [0.5, 0.6],
    cpuPercent: 0,
    onSignal: 'unkillable',
  },
  /** What somebody may call his program to see whether this page is careful. */
  hostile: {
    ...training,
    command: () =>
      'python train.py --name "<img src=x onerror=alert(1)>" --note "\u001b]0;owned\u0007\u001b[2J\u202egnp.exe" --tag =HYPERLINK("x")',
    rhythm: 'steady',
    minutes: [600, 900],
  },
  desktop: {
    name: 'Xorg',
    executable: '/usr/lib/xorg/Xorg',
    folder: '/',
    environment: null,
    command: () => '/usr/lib/xorg/Xorg vt2 -displayfd 3 -auth /run/user/1008/gdm/Xauthority -nolisten tcp',
    rhythm: 'screen',
    memoryShare: [0.015, 0.02],
    leakBytesPerSecond: 0,
    cpuPercent: 4,
    hostMemoryGiB: 0.2,
    minutes: [9000, 9001],
    onSignal: 'protected',
  },
} satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof recipes;

/** What begins by itself on a free card, the more frequent ones more often. */
export const usualRecipes = ['sweep', 'sweep', 'sweep', 'train', 'eval', 'sample', 'leak'] as const;
