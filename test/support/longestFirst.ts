/**
 * The longest journeys begin first: begun last, each would run alone at the end with the other workers idle. Vitest orders by
 * what earlier runs took, which a clean checkout does not know.
 */
import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute and more, longest first. */
const LONG = [
  'killNine',
  'page',
  'pageTasks',
  'pageKill',
  'pageEyes',
  'joining',
  'sickDriver',
  'commands',
  'sharing',
  'figures',
  'findAndRun',
  'pageMaintenance',
  'links',
  'retriesAndStops',
  'freshStart',
].map((name) => `${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = (file: TestSpecification): number => {
      const place = LONG.indexOf(basename(file.moduleId));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rest(a) - rest(b));
  }
}
