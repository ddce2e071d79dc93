/** What agents say, in Chinese, by the glossary that page and commands share. */
import type { AgentRemark } from '../model/agentRemark.ts';
import type { AgentRemarkWords } from './agentRemarkWordsEn.ts';

const TOOL_UNUSED = {
  screen: '这里没有人用 screen：没有套接字文件夹',
  tmux: '这里没有人用 tmux：没有服务的套接字',
};
const LOOK = {
  module: '；请加载内核模块（modprobe nvidia）',
  devices:
    '；内核模块已加载，但打不开 /dev/nvidia*：请创建它们（sudo nvidia-modprobe -c 0），在容器里请把它们传进来',
  rights: '；请检查 /dev/nvidiactl 的权限',
  card: '；PCI 上没有 NVIDIA 显卡',
};

const words: AgentRemarkWords = {
  'no-library': ({ tried }) =>
    `没有找到 NVIDIA 驱动的库；找过 ${tried.join('、')}。请安装 NVIDIA 驱动，或用 FLOWLINE_NVML 指定库的位置`,
  'library-not-opened': ({ words }) => `NVIDIA 驱动的库在，但打不开：${words}`,
  'version-mismatch': ({ words }) =>
    `NVIDIA 驱动与其库的版本不同（${words}）：驱动在已加载时被更新；请重启这台机器`,
  'not-initialised': ({ words, look }) => `NVIDIA 驱动无法初始化：${words}${look === null ? '' : LOOK[look]}`,
  'stopped-answering': ({ words }) => `NVIDIA 驱动停止应答：${words}`,
  'driver-silent': ({ seconds, stuck }) =>
    `NVIDIA 驱动已 ${seconds} 秒没有应答：它挂起了；显示的是最后一次读数${stuck === null ? '' : `。读取它的进程 ${stuck.pid ?? ''} 卡在内核里，正在等它`}`,
  'reader-ended': ({ words }) => `读取 NVIDIA 驱动的进程中止：${words}`,

  'tells-no-gpu': () => '它没有报告 GPU，也没有说明是否有驱动',

  'gpu-lost': ({ words }) => `这张卡已从总线掉卡（${words}）；请看内核日志，重置它或重启机器`,
  'gpu-missing': () => '驱动不再列出这张卡：请检查插槽、供电和内核日志',
  'gpu-not-read': ({ words }) => `无法读取这张卡：${words}`,
  'gpu-odd': ({ gpuIndex, figure }) => `GPU ${gpuIndex} 的读数中有不可能的值（${figure}）：全部不予显示`,
  'figure-not-read': ({ figure, words }) => `读不到 ${figure}：${words}`,

  'no-socket': ({ path }) => `没有 ${path}`,
  'socket-deaf': ({ path }) => `${path} 上没有程序在监听：容器引擎没有运行`,
  'socket-denied': ({ path }) =>
    `代理无权打开 ${path}：请把代理的用户加入 docker 组（该组成员等于本机 root）`,
  'podman-denied': ({ path }) => `代理无权打开 ${path}：只有 root 可以；以 root 运行的代理能看到这些容器`,
  'engine-not-asked': ({ path, words }) =>
    `无法询问 ${path} 的容器引擎：${words ?? '它没有及时应答（挂起的容器引擎可由其服务重启）'}`,
  'engine-not-yet': () => '容器引擎还没有应答',
  'no-engine': ({ path, isThere }) =>
    `这里没有运行容器引擎${path === null ? '' : isThere ? `：${path} 上没有程序在监听` : `：没有 ${path}`}`,
  'containers-left-out': ({ containers }) => `有 ${containers} 个容器以未知的方式描述，没有列出`,

  'nobody-uses': ({ tool }) => TOOL_UNUSED[tool],
  'no-tmux': () => '有 tmux 的套接字，但没有 `tmux` 程序可用来询问',
  'sessions-hidden': ({ tool, users }) =>
    `另有 ${users} 个用户的 ${tool} 会话，只有以 root 运行的代理才能看到`,
  'may-not-become': ({ users }) =>
    `代理以 root 运行，但不能切换为另外 ${users} 个用户去询问 tmux：缺少 CAP_SETUID 或 CAP_SETGID`,
  'servers-silent': ({ servers }) => `${servers} 个 tmux 服务没有应答（每分钟问一次）`,
  'servers-left-out': ({ servers, most }) =>
    `${servers} 个 tmux 服务没有问到（每个用户最多问 ${most} 个，限 2 秒）`,
  'not-looked-at': () => '还没有看过',
  'cannot-look': ({ words }) => `无法查看：${words}`,

  'not-read': ({ words }) => `无法读取：${words}`,

  'mount-late': ({ seconds }) => `${seconds} 秒内没有应答`,
  'mount-silent': ({ seconds }) => `已 ${seconds} 秒没有应答`,
  'mount-not-yet': () => '还没有应答',
  'mount-not-reached': () => '没有问到：询问文件系统的进程卡在内核里',
  'mount-asker-ended': ({ words }) => `询问文件系统的进程中止（${words}）`,
  'mount-asker-not-started': ({ words }) => `无法询问文件系统：${words}`,
  'agent-stops': () => '没有问到：代理正在停止',
};

/** Remarks one after the other; null where only English words came. */
export function agentRemarksZh(remarks: readonly AgentRemark[] | null): string | null {
  if (remarks === null || remarks.length === 0) return null;
  return remarks.map((remark) => (words[remark.kind] as (said: AgentRemark) => string)(remark)).join('；');
}
