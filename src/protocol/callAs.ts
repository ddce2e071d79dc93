/**
 * The hub's own routes asked from inside its process, as an account: the way in for listeners that know their callers by
 * other means (older dialects). Rights, schemas, handlers and audit are those of the same route over HTTP.
 */
import type * as z from 'zod';
import type { Account } from './accountApi.ts';
import type { HubApi, RouteName } from './hubApi.ts';

type Query<Name extends RouteName> = HubApi[Name] extends { query: infer Q extends z.ZodType }
  ? z.input<Q>
  : never;
type Body<Name extends RouteName> = HubApi[Name] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : never;

/** Who asks, and from where. */
export interface CalledBy {
  account: Account;
  /** It stands for the user that runs the hub, as the local administrator's token does. */
  isLocal: boolean;
  /** Network address. */
  from: string;
}

/** @throws what says in `status`, `code`, `message` and `hint` why it was refused or failed. */
export type CallAs = <Name extends RouteName>(
  name: Name,
  by: CalledBy,
  request?: { parameters?: Record<string, string>; query?: Query<Name>; body?: Body<Name> },
) => Promise<z.input<HubApi[Name]['response']>>;
