/** What an Xid says, in Chinese: the same codes as agent/drivers/xid.ts, which words them for scripts. */
const MEANINGS: Record<number, string> = {
  8: 'GPU 停止处理命令',
  13: '程序在内核函数中有非法操作：多为程序错误',
  31: '程序访问了不属于它的内存：多为程序错误',
  32: '命令缓冲区损坏：总线或驱动',
  38: '驱动或其固件出错',
  43: 'GPU 停止应答某个程序并将其结束：多为程序错误',
  45: '运行中的工作被清除：由另一个错误或结束进程引起',
  48: '不可纠正的显存错误（双比特 ECC）',
  61: '内部微控制器遇到断点：请重置 GPU',
  62: '内部微控制器停机：请重置 GPU',
  63: '坏的显存页或行已停用：下次重置后生效',
  64: '坏的显存页或行无法停用：请重置，并留意这张卡',
  68: '视频处理器出错',
  69: '图形引擎出错：程序、驱动或卡',
  74: 'NVLink 错误：链路、线缆或对端的 GPU',
  79: 'GPU 已从总线掉卡：供电、过热或插槽',
  92: '可纠正的显存错误很多：请留意这张卡',
  94: '不可纠正的显存错误已被隔离：只影响用到它的程序',
  95: '不可纠正的显存错误没有被隔离：请重置 GPU',
  109: '程序之间切换超时',
  119: 'GPU 固件没有应答：请重置 GPU',
  120: 'GPU 固件出错：请重置 GPU',
  140: 'ECC 无法恢复的显存错误：请重置 GPU',
  143: 'GPU 无法初始化',
  154: '驱动要求采取恢复措施',
};

/** Null where there are no words for it. */
export const xidZh = (code: number): string | null => MEANINGS[code] ?? null;
