/** The route table asked from inside the process, as an account (`protocol/callAs.ts`): the same rights, schemas and handlers. */
import type { CallAs } from '../../protocol/callAs.ts';
import { hubApi, type RouteName } from '../../protocol/hubApi.ts';
import type { Route } from '../../protocol/route.ts';
import { HubError } from '../errors.ts';
import type { Call, Handlers } from './call.ts';
import { type Caller, checkRight, type DoorOptions } from './doors.ts';
import { parse } from './server.ts';

/** Calls over a hub's handlers. @throws HubError as the route does over HTTP. */
export function callAs(handlers: Handlers, doors: DoorOptions): CallAs {
  const call = async (
    name: RouteName,
    by: Parameters<CallAs>[1],
    request: { parameters?: Record<string, string>; query?: unknown; body?: unknown } = {},
  ): Promise<unknown> => {
    const route: Route = hubApi[name];
    const caller: Caller = {
      account: by.account,
      door: 'dialect',
      sessionId: null,
      cookieOnly: false,
      isLocal: by.isLocal,
      isForwarded: false,
    };
    if (route.right === 'join')
      throw new HubError(403, 'not-allowed', 'a machine joins with its own token', null);
    checkRight(route.right, caller, route.method !== 'GET', doors);
    const handle = handlers[name] as (call: Call<RouteName>) => unknown;
    return handle({
      parameters: request.parameters ?? {},
      query: parse(route.query, request.query ?? {}, 'query'),
      body: parse(route.body, request.body, 'body'),
      caller,
      from: by.from,
      idempotencyKey: null,
      setCookie: () => {},
    } as Call<RouteName>);
  };
  return call as CallAs;
}
