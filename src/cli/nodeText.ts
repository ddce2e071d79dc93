/** One machine in lines of text, as `flowline status` prints it. Everything from outside is made harmless first. */
import { gpuCondition, isSlowed } from '../fleet/gpuCondition.ts';
import { fleetNode } from '../fleet/view.ts';
import { visible } from '../lib/displayText.ts';
import { formatBytes, formatDuration } from '../lib/durations.ts';
import type { Gpu } from '../model/gpu.ts';
import type { Host } from '../model/host.ts';
import type { NodeSample, NodeStatus } from '../model/node.ts';

/** Several lines, without a line end at the end. */
export function describeNode(node: NodeStatus, nowMs: number, columns: number): string {
  const age = node.lastSeenAtMs === null ? '' : `, ${formatDuration(nowMs - node.lastSeenAtMs)} ago`;
  const title = `${visible(node.name)}${node.alias ? ` (${visible(node.alias)})` : ''}  ${node.state}${node.absence ? `: ${node.absence}` : ''}${age}`;
  if (!node.sample) return title;
  return [
    title,
    describeHost(node.sample.host),
    describeDriver(node.sample),
    ...describeGpus(node, columns),
  ].join('\n');
}

const amount = (value: number | null, unit: string): string =>
  value === null ? '–' : `${Math.round(value)}${unit}`;
const memory = (used: number | null, total: number | null): string =>
  `${used === null ? '–' : formatBytes(used)} of ${total === null ? '–' : formatBytes(total)}`;

function describeHost(host: Host): string {
  const parts = [
    `CPU ${amount(host.cpuPercent, ' %')} of ${host.cpuCores ?? '–'} cores`,
    `memory ${memory(host.memoryUsedBytes, host.memoryTotalBytes)}`,
    `load ${host.loadAverage?.map((load) => load.toFixed(2)).join(' ') ?? '–'}`,
    `up ${host.uptimeSeconds === null ? '–' : formatDuration(host.uptimeSeconds * 1000)}`,
  ];
  return `  ${parts.join(' · ')}`;
}

function describeDriver({ driver }: NodeSample): string {
  if (driver.state === 'ok') return `  driver ${driver.version ?? '–'} · CUDA ${driver.cudaVersion ?? '–'}`;
  return `  driver ${driver.state}: ${driver.message ?? ''}`;
}

function describeGpus(node: NodeStatus, columns: number): string[] {
  const { sample } = node;
  const view = fleetNode(node).sample;
  if (!sample || !view) return [];
  return sample.gpus.flatMap((gpu, place) => {
    const viewed = view.gpus[place];
    const condition = viewed
      ? gpuCondition({ nodeState: node.state, driver: sample.driver, gpu: viewed })
      : 'unknown';
    return [
      describeGpu(gpu, condition),
      ...gpu.processes.map((process) => describeProcess(process, columns)),
    ];
  });
}

function describeGpu(gpu: Gpu, condition: string): string {
  const slowed = isSlowed(gpu) ? ', slowed' : '';
  const parts = [
    `  GPU ${gpu.index} ${visible(gpu.name ?? '–')}`,
    `${condition}${slowed}${gpu.message ? ` (${visible(gpu.message)})` : ''}`,
    `${amount(gpu.utilizationPercent, ' %')}`,
    memory(gpu.memoryUsedBytes, gpu.memoryTotalBytes),
    amount(gpu.temperatureCelsius, ' °C'),
    `${amount(gpu.powerWatts, '')} of ${amount(gpu.powerLimitWatts, ' W')}`,
  ];
  return parts.join('  ');
}

function describeProcess(process: Gpu['processes'][number], columns: number): string {
  const held = process.memoryUsedBytes === null ? '–' : formatBytes(process.memoryUsedBytes);
  const line = `    ${held.padStart(9)}  ${visible(process.owner ?? 'nobody').padEnd(10)} ${String(process.pid).padStart(7)}  ${visible(process.command ?? process.name ?? '–')}`;
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
}
