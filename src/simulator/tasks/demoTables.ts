/**
 * The tables that a demo queues: a sweep of the visitor's in which one rate fails; a short one of his that asks too little,
 * runs out of memory and heals itself in the first minutes; one whose rows wait for memory on one machine; and one of
 * somebody else's. So few run at once that cards stay free.
 */
import { DEFAULT_OPTIONS } from '../../model/queue.ts';
import type { SubmittedTable } from '../../protocol/tableApi.ts';
import type { SubmittedRow } from '../../protocol/tableSync.ts';
import { GIB } from '../world.ts';

export interface DemoTable {
  table: SubmittedTable;
  rows: SubmittedRow[];
}

/** Who the second table belongs to: some machines of the fleet run tasks as this person. */
export const OTHER_PERSON = 'lin.wei' as const;

/** The tables of a demo that `visitor` looks at. */
export function demoTables(visitor: string): DemoTable[] {
  // The model changes fastest, so that each kind is seen in the first minute.
  const sweep = grid({
    seed: ['1', '2', '3'],
    lr: ['1e-4', '3e-4', '1e-3'],
    model: ['vit_b', 'cnn', 'resnet'],
  }).map(([seed, lr, model]): Parameters => [model, lr, seed].filter((cell) => cell !== undefined));
  // Two rows with a rate that is too high, apart from each other: three in a row would pause the table.
  const nan = (model: string): Parameters => [
    ['model', model],
    ['lr', '1e-2'],
    ['seed', '1'],
  ];
  sweep.splice(4, 0, nan('cnn'));
  sweep.splice(20, 0, nan('resnet'));
  // One fits on the card that is free there; the others are told how much is missing, and who holds it.
  const lora = grid({ model: ['qwen2-7b'], rank: ['8', '16'], lr: ['1e-4', '3e-4'] });
  const large = grid({ model: ['vit_l'], lr: ['1e-4', '3e-4', '1e-3'] });
  const ablation = grid({ model: ['unet'], steps: ['250', '500', '1000'], seed: ['1', '2', '3', '4'] });
  return [
    // Submitted last, the sweep is the newest: the page shows it first.
    tableOf(
      'ddpm-ablation.csv',
      OTHER_PERSON,
      `/home/${OTHER_PERSON}/exp/ddpm`,
      { memoryGiB: 30, maxRunning: 2 },
      ablation,
    ),
    tableOf(
      'qwen2-lora.csv',
      visitor,
      `/home/${visitor}/exp/lora`,
      { memoryGiB: 60, maxRunning: null, node: 'atlas' },
      lora,
    ),
    tableOf(
      'vit-large.csv',
      visitor,
      `/home/${visitor}/exp/rotate`,
      { memoryGiB: 20, maxRunning: null },
      large,
    ),
    tableOf(
      'rotate_mnist.csv',
      visitor,
      `/home/${visitor}/exp/rotate`,
      { memoryGiB: 10, maxRunning: 4 },
      sweep,
    ),
  ];
}

type Parameters = SubmittedRow['parameters'];

/** Every combination, the last column changing fastest. */
function grid(columns: Record<string, readonly string[]>): Parameters[] {
  return Object.entries(columns).reduce<Parameters[]>(
    (rows, [column, values]) =>
      rows.flatMap((row) => values.map((value): Parameters => [...row, [column, value]])),
    [[]],
  );
}

function tableOf(
  name: string,
  owner: string,
  workingDirectory: string,
  {
    memoryGiB,
    maxRunning,
    node = null,
  }: { memoryGiB: number; maxRunning: number | null; node?: string | null },
  rows: readonly Parameters[],
): DemoTable {
  return {
    table: {
      name,
      owner,
      file: null,
      command: 'python train.py',
      options: {
        ...DEFAULT_OPTIONS,
        ask: { ...DEFAULT_OPTIONS.ask, memoryBytes: memoryGiB * GIB, node },
      },
      maxRunning,
      hold: false,
      workingDirectory,
      environment: {},
      machineId: null,
      gpuOrder: null,
      gitCommit: '8c1f0ab',
      gitDirty: true,
    },
    rows: rows.map((parameters, place) => ({
      key: `row-${place + 1}`,
      row: place + 1,
      name: parameters.map(([, value]) => value).join(' '),
      runNum: 0,
      needRunNum: 1,
      parameters,
      command: {
        kind: 'argv',
        words: ['python', 'train.py', ...parameters.flatMap(([column, value]) => [`--${column}`, value])],
      },
    })),
  };
}
