/** Routes of sessions, links, tokens and joining machines. */
import { HubError } from '../errors.ts';
import { type Handlers, type HubParts, noteDeed } from './call.ts';
import { LOCAL_ADMINISTRATOR, openReading } from './doors.ts';
import { sightOf } from './taskAccess.ts';

type AccountRoute =
  | 'whoAmI'
  | 'openSession'
  | 'closeSession'
  | 'createLink'
  | 'tokens'
  | 'createToken'
  | 'revokeToken'
  | 'hubProof'
  | 'join';

/** Unless told otherwise: nobody remembers what lasts for ever (trust.md: tokens have an expiry). */
const DAY_MS = 86_400_000;
const TOKEN_LIFETIME_MS = {
  join: 3_600_000,
  read: 90 * DAY_MS,
  submit: 90 * DAY_MS,
  admin: 90 * DAY_MS,
  'dialect-write': 90 * DAY_MS,
};

/** As Linux takes login names. */
const LOGIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/;

/** Their handlers. */
export function accountHandlers(hub: HubParts): Pick<Handlers, AccountRoute> {
  const { fleet, clock, audit } = hub;

  return {
    whoAmI: ({ caller }) => ({
      account: caller.account && !caller.cookieOnly ? caller.account : null,
      login: caller.account && !caller.cookieOnly ? sightOf(caller, hub.hubUser).login : null,
      mayRead: openReading(hub.doors, caller) || caller.account !== null,
      hubName: hub.hubName,
      hubVersion: hub.version,
      joinAddress: hub.url(),
    }),
    async openSession(call) {
      const opened = await hub.sessions.redeem(call.body.code);
      if (!opened)
        throw new HubError(
          401,
          'unknown-code',
          'this link was used already, is too old, or is not of this hub',
          'run `flowline token link` for another',
        );
      call.setCookie(opened.cookie, Math.floor((opened.expiresAtMs - clock.nowMs()) / 1000));
      audit.write({
        who: opened.account.name,
        what: 'open-session',
        on: 'hub',
        result: 'done',
        from: call.from,
        door: 'page',
      });
      return { account: opened.account, secret: opened.secret, expiresAtMs: opened.expiresAtMs };
    },
    async closeSession(call) {
      if (call.caller.sessionId) await hub.sessions.close(call.caller.sessionId);
      call.setCookie('', 0);
      return {};
    },
    createLink(call) {
      const account = LOCAL_ADMINISTRATOR;
      const { code, expiresAtMs } = hub.sessions.createCode(account);
      noteDeed(audit, call, 'create-link', 'hub', 'done');
      return { url: `${hub.url()}/#code=${code}`, expiresAtMs };
    },
    tokens: () => ({ tokens: hub.tokens.list() }),
    async createToken(call) {
      const { scope, label, role, lifetimeSeconds, uses } = call.body;
      const isPersonal = scope === 'submit' || scope === 'dialect-write';
      if (isPersonal && !LOGIN_NAME.test(label ?? ''))
        throw new HubError(
          400,
          'login-name-needed',
          scope === 'submit'
            ? 'the label of a submit token is the login name that its tasks run as'
            : 'the label of a dialect-write token is the login name of whoever acts with it',
          `flowline token create --scope ${scope} --label alice`,
        );
      if (role !== undefined && scope !== 'dialect-write')
        throw new HubError(
          400,
          'role-not-wanted',
          `the scope ${scope} says already what its holder may do`,
          'a role is for dialect-write tokens',
        );
      const created = await hub.tokens.create({
        scope,
        label,
        role: scope === 'dialect-write' ? (role ?? 'user') : null,
        lifetimeMs:
          lifetimeSeconds === undefined
            ? TOKEN_LIFETIME_MS[scope]
            : lifetimeSeconds === null
              ? null
              : lifetimeSeconds * 1000,
        uses: uses === undefined ? (scope === 'join' ? 1 : null) : uses,
      });
      noteDeed(
        audit,
        call,
        'create-token',
        created.info.id,
        created.info.role ? `${scope} ${created.info.role}` : scope,
      );
      return created;
    },
    async revokeToken(call) {
      const id = call.parameters.id ?? '';
      if (!(await hub.tokens.revoke(id)))
        throw new HubError(
          404,
          'unknown-token',
          `no token has the id ${JSON.stringify(id.slice(0, 64))}`,
          '`flowline token list` shows them',
        );
      noteDeed(audit, call, 'revoke-token', id, 'done');
      return {};
    },
    hubProof: ({ query }) => hub.identity.prove(query.challenge),
    async join(call) {
      const { node, nodeToken } = await hub.registry.join(call.body, clock.nowMs());
      fleet.setNode({ id: node.id, name: node.name, alias: node.alias, mayRun: node.mayRun === true });
      audit.write({
        who: node.id,
        what: 'join',
        on: node.name,
        result: 'done',
        from: call.from,
        door: 'agent',
      });
      return { nodeId: node.id, nodeToken, hubKey: hub.identity.key };
    },
  };
}
