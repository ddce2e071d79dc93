import { describe, expect, test } from 'vitest';
import { attemptOf, nodeOf } from '../../../test/support/olderScheduler.ts';
import { recordedBody, shapeOf } from '../../../test/support/recorded.ts';
import { cardOf, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import { placedGpus } from './gpus.ts';
import { processesBody, seenProcessesBody } from './processes.ts';

describe('processes', () => {
  const numberOf = ({ index }: { index: number }): number => index;

  test('are told of as the older FlowLine told: the attempts that live, by the number of their task', () => {
    const theirs = recordedBody('flowline', 'process-running');
    const attempts = [attemptOf({ state: 'failed', pid: 1 }), attemptOf({ number: 2 })];
    const ours = processesBody(
      [
        { id: 't7', command: 'CUDA_VISIBLE_DEVICES=0 sleep 45', attempts },
        { id: 't8', command: 'sleep 1', attempts: [attemptOf({ state: 'succeeded' })] },
        { id: 't9', command: 'sleep 2', attempts: [] },
      ],
      numberOf,
    );
    expect(ours).toEqual({
      7: {
        cmd: 'CUDA_VISIBLE_DEVICES=0 sleep 45',
        gpu_id: 0,
        pid: 24421,
        process_id: 7,
        start_time: 1_795_345_246.975,
        status: 'RUNNING',
        task_id: 7,
      },
    });
    expect(Object.values(shapeOf(ours) as object)[0]).toEqual(Object.values(shapeOf(theirs) as object)[0]);
  });

  test.each([
    ['starting', 'PENDING'],
    ['running', 'RUNNING'],
    ['unreachable', 'RUNNING'],
    ['stopping', 'KILLING'],
  ] as const)('%s is %s there', (state, status) => {
    const tasks = [
      { id: 't1', command: '', attempts: [attemptOf({ state, gpus: [], pid: null, startedAtMs: null })] },
    ];
    expect(processesBody(tasks, numberOf)[1]).toMatchObject({
      status,
      gpu_id: -1,
      pid: 0,
      start_time: 1_795_345_246,
    });
  });

  test('of one GPU are those that were given it, whichever of theirs it is', () => {
    const gpus = [0, 3].map((index) => ({
      uuid: `GPU-${index}`,
      index,
      promisedBytes: null,
      peakBytes: null,
    }));
    const tasks = [{ id: 't1', command: '', attempts: [attemptOf({ gpus })] }];
    expect(processesBody(tasks, numberOf, 3)[1]?.gpu_id).toBe(3);
    expect(processesBody(tasks, numberOf, 1)).toEqual({});
  });

  test('are, for who is not logged in, what the cards show', () => {
    const processes = [
      processOf(7, 5, { task: 't4', command: 'train --token ****' }),
      processOf(8, 2, { task: 't4' }),
      processOf(9, 1),
    ];
    const sample = machineOf('a', 0, { gpus: [cardOf(2, { processes })] });
    const seen = seenProcessesBody(placedGpus([nodeOf('a', { sample })]), numberOf);
    expect(seen).toEqual({
      4: {
        cmd: 'train --token ****',
        gpu_id: 2,
        pid: 7,
        process_id: 4,
        start_time: 0,
        status: 'RUNNING',
        task_id: 4,
      },
    });
    expect(seenProcessesBody(placedGpus([nodeOf('a', { sample })]), numberOf, 1)).toEqual({});
  });
});
