/** The one thing about a machine that its page says above everything else. Pure. */
import { type Concern, concernsOf } from '../../../src/fleet/concerns.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';

/** The worst concern that needs a sentence: a slowed card or a filling disk shows where it stands. */
export const fleetConcern = (node: FleetNode): Concern | undefined =>
  concernsOf(node).find(({ severity }) => severity !== 'warn');
