/** Places for live sockets: whoever opens all that strangers may have keeps nobody out who proved who he is. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { silentLog } from '../../io/log.ts';
import type { PageSessions } from '../accounts/sessions.ts';
import type { Tokens } from '../accounts/tokens.ts';
import { requestLimits } from './requestLimits.ts';
import { upgrades } from './upgrades.ts';

const GOOD = { id: 't1', scope: 'read', label: 'alice' };

/** What becomes of one who comes when so many are there: he is let in, or what he is told. */
function come(viewers: number, headers: Record<string, string>): string {
  let answer = '';
  const accept = upgrades({
    doors: {
      loopbackOnly: true,
      hostNames: new Set(),
      readers: 'link',
      cookieName: 'flowline',
      tokens: { check: (text: string) => (text === 'fl_good' ? GOOD : null) } as unknown as Tokens,
      sessions: { check: () => null } as unknown as PageSessions,
    },
    log: silentLog,
    paths: { link: '/link', live: '/live' },
    agentOf: () => null,
    acceptAgent: () => undefined,
    acceptViewer: () => {
      answer = 'let in';
    },
    limits: requestLimits(() => 0),
    viewers: () => viewers,
  });
  const request = {
    url: '/live',
    headers: { host: '127.0.0.1:3569', ...headers },
    socket: { remoteAddress: '127.0.0.1' },
  } as unknown as IncomingMessage;
  const socket = new PassThrough();
  accept(request, socket, Buffer.alloc(0));
  return answer || String(socket.read());
}

const known = { authorization: 'Bearer fl_good' };

test('strangers have 1,500 places, and whoever proved who he is has 500 more', () => {
  expect(come(1499, {})).toBe('let in');
  expect(come(1500, {})).toMatch(/^HTTP\/1.1 503[\s\S]*too-many-viewers/);
  expect(come(1500, known)).toBe('let in');
  expect(come(1999, known)).toBe('let in');
  expect(come(2000, known)).toMatch(/^HTTP\/1.1 503/);
});

test('a credential that is not good gives nobody a place of those', () => {
  expect(come(1500, { authorization: 'Bearer fl_bad' })).toMatch(/^HTTP\/1.1 401/);
});
