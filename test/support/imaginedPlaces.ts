/** Other imagined fleets for tests of the page: a machine without a driver, and very many machines. */
import type { NodeStatus } from '../../src/model/node.ts';
import { imagineNode } from './imaginedFleet.ts';
import { imagineLab } from './imaginedLab.ts';

/** One machine on which no driver was found. */
export function imagineDriverless(nowMs: number): NodeStatus[] {
  const node = imagineNode(
    {
      name: 'ws-lin',
      alias: null,
      address: '10.20.6.9',
      cpuPercent: 18,
      memoryUsedGib: 11.2,
      memoryTotalGib: 62,
      diskPercent: 71,
      gpus: [],
    },
    nowMs,
  );
  if (!node.sample) return [node];
  const driver = {
    state: 'absent' as const,
    version: null,
    cudaVersion: null,
    message: 'libnvidia-ml.so.1 was not found',
    remarks: null,
    answeredAtMs: null,
  };
  return [{ ...node, sample: { ...node.sample, driver } }];
}

/** The laboratory many times over, under numbered names. */
export function imagineMany(machines: number): (nowMs: number) => NodeStatus[] {
  return (nowMs) => {
    const lab = imagineLab(nowMs);
    return Array.from({ length: machines }, (_, place) => {
      const node = lab[place % lab.length] as NodeStatus;
      const name = `gpu-${String.fromCharCode(97 + Math.floor(place / 100))}${String((place % 100) + 1).padStart(2, '0')}`;
      return { ...node, id: name, name, alias: null };
    });
  };
}
