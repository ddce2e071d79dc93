import { expect, it } from 'vitest';
import { imagineLab } from '../../../test/support/imaginedLab.ts';
import { gpuIdentity } from '../../model/gpu.ts';
import type { NodeSample } from '../../model/node.ts';
import { recent, STEP_MS, STEPS } from './recent.ts';

const START_MS = 1_800_000_000_000;
const sample = imagineLab(START_MS).find((node) => node.name === 'atlas')?.sample as NodeSample;
const [first] = sample.gpus;

/** The sample, its first GPU working so much and its driver in such a state. */
const working = (utilizationPercent: number, state: NodeSample['driver']['state'] = 'ok'): NodeSample => ({
  ...sample,
  driver: { ...sample.driver, state },
  gpus: sample.gpus.map((gpu, place) => (place === 0 ? { ...gpu, utilizationPercent } : gpu)),
});

function newest(history: ReturnType<typeof recent>, nowMs: number, points: number) {
  const figures = history.figures('atlas', nowMs);
  const gpu = figures?.gpus.find(({ identity }) => first && identity === gpuIdentity(first));
  return { gpu: gpu?.utilizationPercent.slice(-points), cpu: figures?.host.cpuPercent.slice(-points) };
}

it('counts the newest figure of a step, and leaves a gap where nothing was heard', () => {
  const history = recent();
  history.note('atlas', working(10), START_MS);
  history.note('atlas', working(20), START_MS + 1000);
  history.note('atlas', working(30), START_MS + 2 * STEP_MS);
  expect(newest(history, START_MS + 3 * STEP_MS, 4).gpu).toEqual([20, null, 30, null]);
});

it('leaves a gap, not the last figures again, while the driver does not answer; the machine goes on', () => {
  const history = recent();
  history.note('atlas', working(90), START_MS);
  history.note('atlas', working(90, 'unresponsive'), START_MS + STEP_MS);
  const cpu = sample.host.cpuPercent;
  expect(newest(history, START_MS + STEP_MS, 2)).toEqual({ gpu: [90, null], cpu: [cpu, cpu] });
});

it('tells ten minutes, of nodes that it knows', () => {
  const history = recent();
  expect(history.figures('atlas', START_MS)).toBeNull();
  history.note('atlas', working(90), START_MS);
  expect(newest(history, START_MS, STEPS + 1).gpu).toHaveLength(STEPS);
  history.forget('atlas');
  expect(history.figures('atlas', START_MS)).toBeNull();
});
