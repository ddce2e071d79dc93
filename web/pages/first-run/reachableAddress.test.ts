import { expect, it } from 'vitest';
import { reachableAddress } from './reachableAddress.ts';

it('names the machine where the hub listens on loopback only', () => {
  expect(reachableAddress('http://127.0.0.1:3569', '10.20.6.9')).toBe('http://10.20.6.9:3569');
  expect(reachableAddress('http://localhost:3569', 'fd00::7')).toBe('http://[fd00::7]:3569');
});

it('keeps an address that others can reach, or one that cannot be bettered', () => {
  expect(reachableAddress('https://gpu.lab.test', '10.20.6.9')).toBe('https://gpu.lab.test');
  expect(reachableAddress('http://127.0.0.1:3569', null)).toBe('http://127.0.0.1:3569');
});
