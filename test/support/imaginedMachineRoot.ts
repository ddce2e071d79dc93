/** A folder that stands for a machine's root: its /proc, /sys and /dev as a test wants them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './program.ts';

export interface MachineRoot {
  path: string;
  /** Writes a file, e.g. `/proc/modules`. */
  file(path: string, text?: string): Promise<void>;
  /** An NVIDIA card on PCI, held by a kernel driver. */
  card(address: string, driver: string | null): Promise<void>;
  remove(): Promise<void>;
}

/** Empty: no card, no driver. */
export async function imagineMachineRoot(): Promise<MachineRoot> {
  const { path: root, remove } = await temporaryFolder();
  const file = async (path: string, text = ''): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  return {
    path: root,
    file,
    async card(address, driver) {
      const folder = `/sys/bus/pci/devices/${address}`;
      await file(`${folder}/vendor`, '0x10de\n');
      await file(`${folder}/class`, '0x030200\n');
      if (driver !== null) await symlink(`../../../bus/pci/drivers/${driver}`, join(root, folder, 'driver'));
    },
    remove,
  };
}
