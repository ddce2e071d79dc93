/** What the older FlowLine says of the machine it runs on: one line of text. */
import type { Host } from '../../model/host.ts';
import { gibibytes } from '../figures.ts';

/** `Linux 5.15.0-52-generic, CPU: 16 cores, Memory: 64.0 GB` */
export function systemText(host: Pick<Host, 'kernel' | 'os' | 'cpuCores' | 'memoryTotalBytes'>): string {
  const { kernel, os, cpuCores, memoryTotalBytes } = host;
  const system = kernel === null ? (os ?? 'Unknown') : `Linux ${kernel}`;
  return `${system}, CPU: ${cpuCores ?? 0} cores, Memory: ${pythonFloat(gibibytes(memoryTotalBytes))} GB`;
}

/** `64` → `64.0` */
const pythonFloat = (figure: number): string => (Number.isInteger(figure) ? `${figure}.0` : String(figure));
