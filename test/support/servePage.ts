/** For whoever works on the page: serves the built page with an imagined fleet. `node test/support/servePage.ts [lab|none|map] [port]` */
import type { NodeStatus } from '../../src/model/node.ts';
import { imagineNode } from './imaginedFleet.ts';
import { startImaginedHub } from './imaginedHub.ts';
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

if (import.meta.main) {
  const [kind = 'lab', port = '4569'] = process.argv.slice(2);
  const fleet =
    kind === 'none' ? imagineDriverless : kind === 'lab' ? imagineLab : imagineMany(Number(kind) || 120);
  const hub = await startImaginedHub({ fleet, port: Number(port) });
  console.log(`${hub.url}/#code=open`);
}
