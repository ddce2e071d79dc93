import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTmuxAnswer } from './tmuxAnswer.ts';

const server = { socketPath: '/tmp/tmux-1/default', uid: process.getuid?.() ?? -1, user: 'alice' };

test('sessions come with their panes’ processes and a command that attaches by their id', () => {
  const text = `$0 0 1795357891 ${process.pid} my session\n$3 2 1795357999 ${process.pid} work\n$0 ${process.pid}\n$3 ${process.pid}\n`;
  const { sessions, serverPid } = parseTmuxAnswer(text, server);
  expect(serverPid).toBe(process.pid);
  expect(sessions).toEqual([
    {
      session: {
        kind: 'tmux',
        id: '/tmp/tmux-1/default:$0',
        name: 'my session',
        user: 'alice',
        attached: false,
        createdAtMs: 1_795_357_891_000,
        attachCommand: "tmux -S /tmp/tmux-1/default attach -t '$0'",
      },
      rootPids: [process.pid],
    },
    expect.objectContaining({ session: expect.objectContaining({ name: 'work', attached: true }) }),
  ]);
});

test('a server cannot claim processes that are not its user’s', () => {
  const text = '$0 0 1795357891 1 mine\n$0 1\n';
  const { sessions, serverPid } = parseTmuxAnswer(text, { ...server, uid: 54_321 });
  expect(sessions[0]?.rootPids).toEqual([]);
  expect(serverPid).toBeNull();
});

test('however long an answer is, fifty sessions and two hundred panes of it are read', () => {
  const sessions = Array.from({ length: 400 }, (_, i) => `$${i} 0 1795357891  s${i}`);
  const panes = Array.from({ length: 5000 }, () => `$1 ${process.pid}`);
  const strangers = Array.from({ length: 5000 }, () => `$399 ${process.pid}`);
  const { sessions: found } = parseTmuxAnswer([...sessions, ...strangers, ...panes].join('\n'), server);
  expect(found).toHaveLength(50);
  expect(found[1]?.rootPids).toHaveLength(200);
});

test('no answer breaks the parser', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      Array.isArray(parseTmuxAnswer(text, server).sessions),
    ),
  );
});
