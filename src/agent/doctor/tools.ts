/** Docker, screen and tmux, as our own sources found them: each is wanted, none is needed. */
import type { NodeSample, SourceState } from '../../model/node.ts';
import { type DoctorFacts, type Finding, note, ok, problem } from './facts.ts';

export const checkDocker = (facts: DoctorFacts): Promise<Finding | null> =>
  checkSource(
    facts,
    'docker',
    facts.say(
      'sudo usermod -aG docker USER lets it be asked; whoever is in that group is root on this machine',
      'sudo usermod -aG docker 用户 即可询问；该组成员等于本机 root',
    ),
  );
export const checkScreen = (facts: DoctorFacts): Promise<Finding | null> =>
  checkSource(facts, 'screen', null);
export const checkTmux = (facts: DoctorFacts): Promise<Finding | null> => checkSource(facts, 'tmux', null);

async function checkSource(
  facts: DoctorFacts,
  name: keyof NodeSample['sources'],
  adviceIfDenied: string | null,
): Promise<Finding | null> {
  const sample = await facts.sample;
  if (!sample) return null;
  const { state, message }: SourceState = sample.sources[name];
  switch (state) {
    case 'ok':
      return ok(message ?? facts.say(`${name} answers`, `${name} 正常`));
    case 'absent':
      return note(message ?? facts.say(`no ${name} here`, `没有 ${name}`));
    case 'denied':
      return note(message ?? facts.say(`${name} may not be asked`, `无权询问 ${name}`), adviceIfDenied);
    case 'failed':
      return problem(
        message ?? facts.say(`${name} fails`, `${name} 出错`),
        facts.say(`see what ${name} itself says`, `看看 ${name} 自己怎么说`),
      );
  }
}
