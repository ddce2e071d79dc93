/** What `flowline nodes forget` says, in both languages. */
import type { ForgetOutcome } from '../../protocol/hubApi.ts';

export const forgetEn = {
  which: 'say which machines: names, --silent-for or --dialect',
  noneSuch: 'no machine is like that',
  question: (amount: number) => (amount === 1 ? 'Forget this machine?' : `Forget these ${amount} machines?`),
  explain:
    'What is known of them is gone. One with an agent has to join again; one that reports by itself is back with its next report.',
  more: (amount: number) => `… and ${amount} more`,
  left: 'nothing was forgotten',
  outcome: {
    forgotten: 'forgotten',
    configured:
      'still there: the configuration of the hub names it; take it out there and start the hub again',
    unknown: 'was not there any more',
  } satisfies Record<ForgetOutcome, string> as Record<ForgetOutcome, string>,
  sum: (amount: number) => `${amount} ${amount === 1 ? 'machine was' : 'machines were'} forgotten`,
};

export const forgetZh: typeof forgetEn = {
  which: '请指明哪些机器：名称、--silent-for 或 --dialect',
  noneSuch: '没有这样的机器',
  question: (amount) => `忘记这 ${amount} 台机器吗？`,
  explain: '它们的已知信息会清除。有代理的机器需要重新加入；自行上报的机器，下次上报时会再出现。',
  more: (amount) => `…… 还有 ${amount} 台`,
  left: '没有忘记任何机器',
  outcome: {
    forgotten: '已忘记',
    configured: '仍在：中心的配置里有它；请先从配置中去掉，再重启中心',
    unknown: '已经不在了',
  },
  sum: (amount) => `已忘记 ${amount} 台机器`,
};
