/** Figures that could not be true and were dropped (a percentage above 100, used above total): visible here. */
import { type DoctorFacts, type Finding, note, ok } from './facts.ts';

/** Null where the machine has no driver, or did not tell of itself in time. */
export async function checkRefusedFigures({ sample: taken, say }: DoctorFacts): Promise<Finding | null> {
  const sample = await taken;
  if (!sample || sample.driver.state === 'absent') return null;
  const refused = Object.entries(sample.refusedFigures).filter(([, count]) => count > 0);
  if (refused.length === 0) return ok(say('none', '没有'));
  return note(
    say('refused since the start: ', '启动以来拒收：') +
      refused.map(([name, count]) => `${name} ${count}×`).join(', '),
    say(
      'the driver gave values that cannot be true; a newer driver may help',
      '驱动给出了不可能的数值；更新驱动或许有用',
    ),
  );
}
