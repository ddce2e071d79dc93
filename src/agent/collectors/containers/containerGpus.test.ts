import { describe, expect, test } from 'vitest';
import { findContainerGpus } from './containerGpus.ts';
import { InspectAnswer } from './engineAnswers.ts';

const known = [
  { uuid: 'GPU-aaaa-1', index: 0 },
  { uuid: 'GPU-bbbb-2', index: 1 },
  { uuid: null, index: 2 },
];
function gpus(
  hostConfig: object,
  env: string[] = [],
  engine: 'docker' | 'podman' = 'docker',
  hasNvidiaHook = false,
) {
  const answer = InspectAnswer.parse({
    State: { Pid: 1 },
    HostConfig: { Runtime: 'runc', ...hostConfig },
    Config: { Env: env },
  });
  return findContainerGpus(answer, { engine, hasNvidiaHook }, known);
}
const request = (change: object) => ({ DeviceRequests: [{ Capabilities: [['gpu']], ...change }] });

describe('docker run --gpus', () => {
  test.each<[string, object, number[] | null]>([
    ['all', request({ Count: -1, DeviceIDs: null }), [0, 1, 2]],
    ['2: the first two', request({ Count: 2 }), [0, 1]],
    ['device=2,0', request({ Count: 0, DeviceIDs: ['2', '0'] }), [0, 2]],
    ['device=GPU-bbbb-2', request({ DeviceIDs: ['GPU-bbbb-2'] }), [1]],
    ['the beginning of a uuid', request({ DeviceIDs: ['GPU-bb'] }), [1]],
    ['an unknown uuid cannot be told', request({ DeviceIDs: ['0', 'GPU-cc'] }), null],
    ['a MIG instance by its place', request({ DeviceIDs: ['1:0'] }), [1]],
    ['a MIG instance by its older name', request({ DeviceIDs: ['MIG-GPU-bbbb-2/1/0'] }), [1]],
    ['a MIG instance by its uuid cannot be told', request({ DeviceIDs: ['MIG-1234'] }), null],
    ['CDI', { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=1'] }] }, [1]],
    ['a request for something else', { DeviceRequests: [{ Count: -1, Capabilities: [['tpu']] }] }, []],
    ['none', { DeviceRequests: null }, []],
    ['bare device files', { Devices: [{ PathOnHost: '/dev/nvidia0' }] }, null],
  ])('%s', (_, hostConfig, expected) => {
    expect(gpus(hostConfig)).toEqual(expected);
  });
});

describe('NVIDIA_VISIBLE_DEVICES', () => {
  test.each<[string, number[] | null]>([
    ['all', [0, 1, 2]],
    ['none', []],
    ['void', []],
    ['', []],
    ['0,2', [0, 2]],
    ['GPU-aaaa-1, 1', [0, 1]],
    ['whatever', null],
  ])('%s', (value, expected) => {
    expect(gpus({ Runtime: 'nvidia' }, ['SECRET=x', `NVIDIA_VISIBLE_DEVICES=${value}`])).toEqual(expected);
  });

  test('gives nothing under a runtime that does not read it', () => {
    expect(gpus({}, ['NVIDIA_VISIBLE_DEVICES=all'])).toEqual([]);
    const variable = ['NVIDIA_VISIBLE_DEVICES=0'];
    expect(gpus({ Runtime: 'crun' }, variable, 'podman', true)).toEqual([0]);
    expect(gpus({ Runtime: 'crun' }, variable, 'podman', false)).toEqual([]);
    const byCdi = { Runtime: 'oci', Devices: [{ PathOnHost: '/dev/nvidia0' }] };
    expect(gpus(byCdi, ['NVIDIA_VISIBLE_DEVICES=all'], 'podman', false)).toBeNull();
  });

  test('is the only variable that is kept', () => {
    const answer = InspectAnswer.parse({
      State: {},
      HostConfig: {},
      Config: { Env: ['AWS_SECRET=hidden', 'NVIDIA_VISIBLE_DEVICES=0'] },
    });
    expect(JSON.stringify(answer)).not.toContain('hidden');
  });
});
