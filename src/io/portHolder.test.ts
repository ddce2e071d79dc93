import { expect, test } from 'vitest';
import { programName } from './portHolder.ts';

test.each([
  [['/usr/bin/node', '/opt/flowline/dist/flowline.js', 'up', '--listen', '3700'], 'flowline up'],
  [['node', '--enable-source-maps', '/opt/flowline/bin/flowline.mjs', 'hub'], 'flowline hub'],
  [['node', 'server.js', '/srv/data'], 'server'],
  [['node'], 'node'],
  [['node', '-e', 'require("net").listen(1)', 'secret'], 'node'],
  [['python3', '-uc', 'import x; x.run("/a/b")'], 'python3'],
  [['/usr/bin/python3.12', '-m', 'http.server', '3569'], 'http.server'],
  [['nginx: master process /usr/sbin/nginx -g daemon off;'], 'nginx'],
  [['/usr/sbin/sshd', '-D'], 'sshd'],
  [[], null],
])('the program of %j is called %j', (words, name) => {
  expect(programName(words.map((word) => `${word}\0`).join(''))).toBe(name);
});
