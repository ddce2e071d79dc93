/** Whether the machine has NVIDIA cards at all, and whether we may open them. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import {
  type DoctorFacts,
  type Finding,
  linkName,
  listFolder,
  note,
  ok,
  problem,
  readText,
} from './facts.ts';

export interface PciCard {
  /** `0000:17:00.0`. */
  address: string;
  /** The kernel's driver that holds it: `nvidia`, `nouveau`, `vfio-pci`; null: none. */
  driver: string | null;
}

/** NVIDIA's graphics and compute cards (vendor 10de, class 03xxxx), by /sys/bus/pci (sysfs-bus-pci of the kernel). */
export async function nvidiaCards(facts: Pick<DoctorFacts, 'root'>): Promise<PciCard[]> {
  const folder = '/sys/bus/pci/devices';
  const cards: PciCard[] = [];
  for (const address of (await listFolder(facts, folder)).sort()) {
    const vendor = await readText(facts, `${folder}/${address}/vendor`);
    const deviceClass = await readText(facts, `${folder}/${address}/class`);
    if (vendor?.trim() !== '0x10de' || !deviceClass?.startsWith('0x03')) continue;
    cards.push({ address, driver: await linkName(facts, `${folder}/${address}/driver`) });
  }
  return cards;
}

/** As many cards on the bus as the driver counts? */
export async function checkPciDevice(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const cards = await nvidiaCards(facts);
  const addresses = cards.map((card) => card.address).join(', ');
  if (cards.length === 0) {
    if ((await listFolder(facts, '/dev')).includes('dxg'))
      return ok(say('WSL 2: cards are reached through /dev/dxg', 'WSL 2：经 /dev/dxg 使用显卡'));
    const found = say('no NVIDIA card on PCI', 'PCI 上没有 NVIDIA 显卡');
    if ((await facts.sample)?.driver.state === 'ok') return note(found);
    return note(
      found,
      say(
        'nothing to do on a machine without one; else: is it seated and powered, or given to another virtual machine?',
        '机器本来没有卡就不用管；否则看是否插好、供电，或已分给别的虚拟机',
      ),
    );
  }
  const elsewhere = cards.filter((card) => card.driver === 'vfio-pci');
  const sample = await facts.sample;
  const counted = sample?.gpus.filter((gpu) => gpu.state !== 'missing').length ?? 0;
  const expected = cards.length - elsewhere.length;
  if (sample?.driver.state === 'ok' && counted < expected)
    return problem(
      say(
        `${expected} NVIDIA cards on PCI (${addresses}), the driver counts ${counted}`,
        `PCI 上有 ${expected} 张 NVIDIA 显卡（${addresses}），驱动只列出 ${counted} 张`,
      ),
      say(
        'look for NVRM in the kernel log (dmesg); reset the card or reboot',
        '在内核日志（dmesg）中找 NVRM；重置该卡或重启',
      ),
    );
  const given =
    elsewhere.length === 0
      ? ''
      : say(
          `; ${elsewhere.length} given to virtual machines (vfio-pci)`,
          `；其中 ${elsewhere.length} 张给了虚拟机（vfio-pci）`,
        );
  return ok(
    say(
      `${cards.length} NVIDIA ${cards.length === 1 ? 'card' : 'cards'} on PCI: ${addresses}${given}`,
      `PCI 上有 ${cards.length} 张 NVIDIA 显卡：${addresses}${given}`,
    ),
  );
}

/** /dev/nvidia*: what a program must open to use a card. */
export async function checkDeviceFiles(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const files = (await listFolder(facts, '/dev'))
    .filter((name) => /^nvidia(\d+|ctl|-uvm)$/.test(name))
    .sort()
    .map((name) => `/dev/${name}`);
  if (files.length === 0) {
    const found = say('no /dev/nvidia*', '没有 /dev/nvidia*');
    if ((await nvidiaCards(facts)).length === 0) return note(found);
    return problem(
      found,
      say(
        'load the driver’s module and make them: nvidia-modprobe, or nvidia-smi as root; in a container: start it with --gpus',
        '加载驱动模块并创建设备文件：nvidia-modprobe，或以 root 运行 nvidia-smi；在容器里：启动时加 --gpus',
      ),
    );
  }
  const closed: string[] = [];
  for (const file of files) {
    const path = facts.root + file;
    const mayOpen = await access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (mayOpen) continue;
    const facets = await stat(path).catch(() => null);
    closed.push(
      facets ? `${file} (${(facets.mode & 0o777).toString(8)}, uid ${facets.uid}, gid ${facets.gid})` : file,
    );
  }
  if (closed.length === 0) return ok(files.join(', '));
  return problem(
    say(`this user may not open ${closed.join(', ')}`, `当前用户无权打开 ${closed.join('，')}`),
    say(
      'join the group that owns them, or ask for NVreg_DeviceFileMode=0666 in /etc/modprobe.d',
      '加入所属的组，或在 /etc/modprobe.d 中设 NVreg_DeviceFileMode=0666',
    ),
  );
}
