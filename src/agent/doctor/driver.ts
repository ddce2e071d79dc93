/** The NVIDIA driver: its library, as our own reading found it, and its kernel module. */
import { agentRemarksZh } from '../../fleet/agentRemarkWordsZh.ts';
import { nvidiaCards } from './devices.ts';
import { type DoctorFacts, type Finding, note, ok, problem, readText } from './facts.ts';

/** What the driver said, in its own state; where no library was found its message names every path that was tried. */
export async function checkDriverLibrary(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const sample = await facts.sample;
  if (!sample)
    return problem(
      say('the driver could not be read in time', '没能及时读到驱动'),
      say('if it stays so: look at the kernel log, then reboot', '若一直如此：先看内核日志，再重启'),
    );
  const { state, version, cudaVersion, message, remarks } = sample.driver;
  const said = say(message ?? state, agentRemarksZh(remarks) ?? message ?? state);
  switch (state) {
    case 'ok':
      return ok(
        say(
          `driver ${version ?? '–'}, CUDA ${cudaVersion ?? '–'}, ${sample.gpus.length} GPUs`,
          `驱动 ${version ?? '–'}，CUDA ${cudaVersion ?? '–'}，${sample.gpus.length} 张 GPU`,
        ),
      );
    case 'starting':
      return note(
        say('the driver has not answered for the first time yet', '驱动还没有首次回答'),
        say(
          'ask again in a minute: many cards take that long; if it stays so, look at the kernel log (dmesg)',
          '一分钟后再问：卡多时要这么久；若一直如此，请看内核日志（dmesg）',
        ),
      );
    case 'absent':
      if (facts.namedLibrary !== null && sample.driver.remarks?.[0]?.kind !== 'not-initialised')
        return problem(
          said,
          say('FLOWLINE_NVML names it: correct it, or unset it', '它由 FLOWLINE_NVML 指定：请改正或取消设置'),
        );
      if ((await nvidiaCards(facts)).length === 0) return note(said);
      return problem(
        said,
        say(
          'there is an NVIDIA card: install its driver (Ubuntu: sudo ubuntu-drivers install), or name the library by FLOWLINE_NVML',
          '这里有 NVIDIA 显卡：安装驱动（Ubuntu：sudo ubuntu-drivers install），或用 FLOWLINE_NVML 指定库',
        ),
      );
    case 'mismatch':
      return problem(said, say('reboot: the driver was updated while loaded', '请重启：驱动在加载时被更新'));
    case 'unresponsive':
      return problem(
        said,
        say('look at the kernel log (dmesg), then reboot', '先看内核日志（dmesg），再重启'),
      );
    case 'failed':
      return problem(said, say('see what nvidia-smi says', '看看 nvidia-smi 怎么说'));
  }
}

/** The kernel's side, by /proc/modules and /proc/driver/nvidia/version. */
export async function checkDriverModule(facts: DoctorFacts): Promise<Finding> {
  const { say } = facts;
  const modules = new Set(
    ((await readText(facts, '/proc/modules')) ?? '').split('\n').map((line) => line.split(' ')[0]),
  );
  const version = moduleVersion((await readText(facts, '/proc/driver/nvidia/version')) ?? '');
  const cards = await nvidiaCards(facts);
  if (version !== null || modules.has('nvidia'))
    return ok(say(`module nvidia ${version ?? ''} is loaded`, `已加载模块 nvidia ${version ?? ''}`));
  if (modules.has('nouveau') && cards.length > 0)
    return problem(
      say('nouveau holds the card: CUDA cannot use it', 'nouveau 占着显卡：CUDA 无法使用'),
      say(
        'install the NVIDIA driver, blacklist nouveau in /etc/modprobe.d, update the initramfs, reboot',
        '安装 NVIDIA 驱动，在 /etc/modprobe.d 屏蔽 nouveau，更新 initramfs，然后重启',
      ),
    );
  const found = say('the module nvidia is not loaded', '没有加载 nvidia 模块');
  if (cards.length === 0) return note(found);
  return problem(
    found,
    say(
      'sudo modprobe nvidia; if that fails, dmesg tells why (Secure Boot refuses unsigned modules; a new kernel needs the module built anew)',
      'sudo modprobe nvidia；若失败，dmesg 会说明原因（Secure Boot 拒绝未签名模块；新内核要重新编译模块）',
    ),
  );
}

/**
 * `550.90.07` of
 *
 *     NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024
 */
export function moduleVersion(text: string): string | null {
  return /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1] ?? null;
}
