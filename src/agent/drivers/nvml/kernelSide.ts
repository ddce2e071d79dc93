/**
 * What the kernel knows, for a library that finds no driver: whether there is an NVIDIA card at all (without one, a driver
 * that is not loaded is as it should be), and whether the module is loaded all the same.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PCI_DEVICES = '/sys/bus/pci/devices';
/** WSL 2 has no card on its bus, and reaches the host's through this. */
const WSL_DEVICE = '/dev/dxg';
const NVIDIA = '0x10de';
/** Display controllers, those without a display too. */
const DISPLAY_CLASS = '0x03';

export interface KernelSide {
  mayHaveCard(): boolean;
  /** Loaded, and the library does not reach it: its device files are not there. */
  hasModule(): boolean;
}

export const thisKernel: KernelSide = {
  mayHaveCard: () => mayHaveNvidiaCard(),
  hasModule: () => existsSync('/sys/module/nvidia'),
};

/** True also where nobody can tell: then a driver that is not loaded is a trouble. */
export function mayHaveNvidiaCard(folder = PCI_DEVICES): boolean {
  if (existsSync(WSL_DEVICE)) return true;
  try {
    return readdirSync(folder).some((address) => {
      const read = (file: string) => readFileSync(join(folder, address, file), 'utf8').trim();
      return read('vendor') === NVIDIA && read('class').startsWith(DISPLAY_CLASS);
    });
  } catch {
    return true;
  }
}
