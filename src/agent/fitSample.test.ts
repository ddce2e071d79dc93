import { expect, test } from 'vitest';
import { bareSample } from '../../test/support/samples.ts';
import { blankReading } from '../model/blankReading.ts';
import { MAX_LINK_FRAME_BYTES, MAX_PROCESSES_PER_GPU } from '../model/limits.ts';
import { NodeSample } from '../model/node.ts';
import { UNKNOWN_DETAILS } from '../model/process.ts';
import { LINK_PROTOCOL } from '../protocol/agentHub.ts';
import { fitSample } from './fitSample.ts';

function crowded(processes: number, command: string): NodeSample {
  const gpu = { ...blankReading(0), memoryUnaccountedBytes: null };
  return {
    ...bareSample('crowded', 1),
    gpus: Array.from({ length: 8 }, (_, index) => ({
      ...gpu,
      index,
      processes: Array.from({ length: processes }, (_, place) => ({
        ...UNKNOWN_DETAILS,
        pid: place + 1,
        type: 'compute' as const,
        memoryUsedBytes: 1,
        smUtilizationPercent: null,
        memoryUtilizationPercent: null,
        encoderUtilizationPercent: null,
        decoderUtilizationPercent: null,
        command,
      })),
    })),
  };
}

test('an ordinary sample goes as it is', () => {
  const sample = crowded(6, 'python train.py');
  expect(fitSample(sample)).toBe(sample);
});

test.each([
  ['long command lines in Chinese', 130, '训'.repeat(4096)],
  ['as many processes as a GPU may have', MAX_PROCESSES_PER_GPU, 'x'.repeat(4096)],
])('%s: the machine stays on the screen, every GPU with it', (_, processes, command) => {
  const fitted = fitSample(crowded(processes, command));
  const message = JSON.stringify({ type: 'hello', protocol: LINK_PROTOCOL, sequence: 0, sample: fitted });
  expect(Buffer.byteLength(message)).toBeLessThan(MAX_LINK_FRAME_BYTES);
  expect(NodeSample.parse(fitted).gpus).toHaveLength(8);
  expect(fitted.gpus[0]?.processes.length).toBeGreaterThan(0);
});
