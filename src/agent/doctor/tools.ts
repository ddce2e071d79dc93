/** Docker, screen and tmux, as our own sources found them, and what they saw there: each is wanted, none is needed. */
import { agentRemarksZh } from '../../fleet/agentRemarkWordsZh.ts';
import type { NodeSample, SourceState } from '../../model/node.ts';
import type { Session } from '../../model/session.ts';
import { type DoctorFacts, type Finding, note, ok, problem } from './facts.ts';

export const checkDocker = (facts: DoctorFacts): Promise<Finding | null> =>
  checkSource(
    facts,
    'docker',
    ({ containers }) => {
      const running = containers.filter(({ state }) => state === 'running').length;
      return facts.say(
        `${counted(containers.length, 'container')}, ${running} running`,
        `${containers.length} 个容器，${running} 个在运行`,
      );
    },
    facts.say(
      'sudo usermod -aG docker USER lets it be asked; whoever is in that group is root on this machine',
      'sudo usermod -aG docker 用户 即可询问；该组成员等于本机 root',
    ),
  );
export const checkScreen = (facts: DoctorFacts): Promise<Finding | null> =>
  checkSource(facts, 'screen', (sample) => describeSessions(facts, sample, 'screen'), null);
export const checkTmux = (facts: DoctorFacts): Promise<Finding | null> =>
  checkSource(facts, 'tmux', (sample) => describeSessions(facts, sample, 'tmux'), null);

async function checkSource(
  facts: DoctorFacts,
  name: keyof NodeSample['sources'],
  describeSeen: (sample: NodeSample) => string,
  adviceIfDenied: string | null,
): Promise<Finding | null> {
  const sample = await facts.sample;
  if (!sample) return null;
  const { state, message: english, remarks }: SourceState = sample.sources[name];
  const message = english === null ? null : facts.say(english, agentRemarksZh(remarks) ?? english);
  switch (state) {
    case 'ok':
      // Words beside what was seen: others' are hidden, a server is silent.
      return ok([describeSeen(sample), ...(message === null ? [] : [message])].join('; '));
    case 'absent':
      return note(message ?? facts.say(`no ${name} here`, `没有 ${name}`));
    case 'denied':
      return note(
        message ?? facts.say(`${name} may not be asked`, `无权询问 ${name}`),
        remarks?.some(({ kind }) => kind === 'podman-denied') ? null : adviceIfDenied,
      );
    case 'failed':
      return problem(
        message ?? facts.say(`${name} fails`, `${name} 出错`),
        facts.say(`see what ${name} itself says`, `看看 ${name} 自己怎么说`),
      );
  }
}

function describeSessions({ say }: DoctorFacts, { sessions }: NodeSample, kind: Session['kind']): string {
  const seen = sessions.filter((session) => session.kind === kind);
  if (seen.length === 0) return say(`nobody runs ${kind} now`, `现在没有人在用 ${kind}`);
  const users = new Set(seen.map(({ user }) => user)).size;
  return say(
    `${counted(seen.length, 'session')} of ${counted(users, 'user')}`,
    `${users} 位用户的 ${seen.length} 个会话`,
  );
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
