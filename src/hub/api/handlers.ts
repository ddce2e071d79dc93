/** What each route of the table does, put together. Doors and parsing are done before; a handler only answers or throws a HubError. */
import { accountHandlers } from './accountHandlers.ts';
import type { Handlers, HubParts } from './call.ts';
import { fleetHandlers } from './fleetHandlers.ts';
import { ownLogHandlers } from './ownLogHandlers.ts';
import { processHandlers } from './processHandlers.ts';
import { queueHandlers } from './queueHandlers.ts';
import { tableHandlers } from './tableHandlers.ts';
import { taskHandlers } from './taskHandlers.ts';
import { taskLogHandlers } from './taskLogHandlers.ts';

/** The handlers over a hub's parts; a route without one does not compile. */
export function handlers(hub: HubParts): Handlers {
  return {
    ...fleetHandlers(hub),
    ...processHandlers(hub),
    ...accountHandlers(hub),
    ...ownLogHandlers(hub),
    ...queueHandlers(hub),
    ...tableHandlers(hub),
    ...taskHandlers(hub),
    ...taskLogHandlers(hub),
  };
}
