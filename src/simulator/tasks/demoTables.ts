/** The tables that a demo queues: a sweep of the visitor's, in which one model asks too little at first and one rate fails, and one of somebody else's. */
import { DEFAULT_OPTIONS } from '../../model/queue.ts';
import type { SubmittedRow } from '../../protocol/tableSync.ts';
import type { SubmittedTable } from '../../protocol/taskApi.ts';
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
    model: ['vit_b', 'vit_l', 'cnn', 'resnet'],
  }).map(([seed, lr, model]): Parameters => [model, lr, seed].filter((cell) => cell !== undefined));
  // Two rows with a rate that is too high, apart from each other: three in a row would pause the table.
  const nan = (model: string): Parameters => [
    ['model', model],
    ['lr', '1e-2'],
    ['seed', '1'],
  ];
  sweep.splice(4, 0, nan('cnn'));
  sweep.splice(20, 0, nan('resnet'));
  const ablation = grid({ model: ['unet'], steps: ['250', '500', '1000'], seed: ['1', '2', '3', '4'] });
  return [
    tableOf('rotate_mnist.csv', visitor, `/home/${visitor}/exp/rotate`, 20, 10, sweep),
    tableOf('ddpm-ablation.csv', OTHER_PERSON, `/home/${OTHER_PERSON}/exp/ddpm`, 30, null, ablation),
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
  memoryGiB: number,
  maxRunning: number | null,
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
        ask: { ...DEFAULT_OPTIONS.ask, memoryBytes: memoryGiB * GIB },
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
