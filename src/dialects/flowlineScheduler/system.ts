/** What the older FlowLine says of the machine it runs on. */
import { type Host, UNKNOWN_HOST } from '../../model/host.ts';
import { gibibytes } from '../figures.ts';

type Facts = Pick<Host, 'kernel' | 'os' | 'cpuCores' | 'memoryTotalBytes'>;

/** `Linux 5.15.0-52-generic, CPU: 16 cores, Memory: 64.0 GB`; null: nothing is known of it. */
export function systemText(host: Facts | null): string {
  const { kernel, os, cpuCores, memoryTotalBytes } = host ?? UNKNOWN_HOST;
  const system = kernel === null ? (os ?? 'Unknown') : `Linux ${kernel}`;
  return `${system}, CPU: ${cpuCores ?? 0} cores, Memory: ${pythonFloat(gibibytes(memoryTotalBytes))} GB`;
}

/** `64` → `64.0` */
const pythonFloat = (figure: number): string => (Number.isInteger(figure) ? `${figure}.0` : String(figure));
