/** Words in Chinese for finding a free GPU. */
import { stateWords } from '../../../src/fleet/words.ts';
import type { find as english } from '../en/find.ts';

export const find: typeof english = {
  find: {
    button: '找空闲 GPU…',
    title: '找空闲 GPU',
    gpus: '要几张',
    memory: '每张空闲 GiB',
    model: '型号',
    any: '不限',
    wrong: '张数是 1 到 64 的整数，显存写成 40 或 512M。',
    offers: '现在空闲，在同一台机器上',
    each: (gib, gpus) => `${gpus === 1 ? '' : '每张'}空闲 ${gib} GiB`,
    command: '命令',
    environment: (machine) => `${machine} 的 CUDA_VISIBLE_DEVICES`,
    nothingTaken: '只是查看，并不占用，别人可能更快。在后面加上“-- 命令”，就会占用这些卡并在上面运行。',
    waits: '这条命令会一直等到有卡为止。',
    none: '现在没有。',
    nearest: (machine, found, wanted) => `最接近：${machine} 有 ${found} / ${wanted} 张。`,
    roomiest: (machine, index, gib) => `空闲显存最多的：${machine} 的 GPU ${index}，${gib} GiB。`,
    reasons: stateWords.zh.miss,
  },
};
