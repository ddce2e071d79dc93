/** Who reads this page, and what he may do: opened by a one-time link, told by the hub. */
import { createContext, useContext } from 'react';
import type * as z from 'zod';
import type { hubApi } from '../../src/protocol/hubApi.ts';
import { askHub, type HubAnswer, keepSessionSecret, sessionSecret } from './hub.ts';

export type WhoAmI = z.output<(typeof hubApi)['whoAmI']['response']>;

export interface AccountState {
  /** Null until the hub has told. */
  who: WhoAmI | null;
  /** Why a one-time link did not log in; null where it did or there was none. */
  linkFailure: Extract<HubAnswer<unknown>, { ok: false }> | null;
  /** The reader has read why. */
  forgetLinkFailure: () => void;
  logOut: () => void;
}

export const AccountContext = createContext<AccountState>({
  who: null,
  linkFailure: null,
  forgetLinkFailure: () => {},
  logOut: () => {},
});
export const useAccount = (): AccountState => useContext(AccountContext);

/** What keeps a reader from ending processes: no login, or a role that may only look. Null: he may. */
export function killHindrance({ who }: AccountState): 'login' | 'viewer' | null {
  if (!who?.account || sessionSecret() === null) return 'login';
  return who.account.role === 'viewer' ? 'viewer' : null;
}

/** What keeps a reader from what only administrators may. Null: he may. */
export function administratorHindrance({ who }: AccountState): 'login' | 'role' | null {
  if (!who?.account || sessionSecret() === null) return 'login';
  return who.account.role === 'administrator' ? null : 'role';
}

/** Takes the code out of the address at once, so that it is neither bookmarked nor seen by another script. */
export function takeLinkCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Logs in by a link's code; answers why it failed, or null. */
export async function logInByCode(code: string): Promise<AccountState['linkFailure']> {
  const answer = await askHub('openSession', { body: { code } });
  if (!answer.ok) return answer;
  keepSessionSecret(answer.value.secret);
  return null;
}

/** Ends the session here and at the hub. */
export async function logOut(): Promise<HubAnswer<unknown>> {
  const answer = await askHub('closeSession');
  keepSessionSecret(null);
  return answer;
}

/** The name under which the reader queues tasks; null while nobody is logged in. */
export const loginOf = ({ who }: Pick<AccountState, 'who'>): string | null =>
  who?.login ?? who?.account?.name ?? null;
