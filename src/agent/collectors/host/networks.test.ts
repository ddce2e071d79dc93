import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeNetworks, parseInterfaceCounters } from './networks.ts';

const TEXT = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
  eth0: 510598388   12210    0    0    0     0          0         0   675741    6622    0    0    0     0       0          0
  eth1:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
veth1a2b3c:1     1    0    0    0     0          0         0        2       2    0    0    0     0       0          0
docker0:     5       0    0    0    0     0          0         0        7       0    0    0    0     0       0          0
`;

test('counters are read, also where the name touches the number', () => {
  const counters = parseInterfaceCounters(TEXT);
  expect(counters.get('eth0')).toEqual({ receivedBytes: 510598388, transmittedBytes: 675741 });
  expect(counters.get('veth1a2b3c')).toEqual({ receivedBytes: 1, transmittedBytes: 2 });
  expect(counters.size).toBe(5);
});

test('loopback, ends of containers and unused sockets are left out', () => {
  const now = { counters: parseInterfaceCounters(TEXT), addresses: new Map([['docker0', ['172.17.0.1']]]) };
  expect(describeNetworks(new Map(), now, 1000)).toEqual([
    { interface: 'eth0', addresses: [], receiveBytesPerSecond: null, transmitBytesPerSecond: null },
  ]);
});

test('an interface that was replaced has no rate, the others keep theirs', () => {
  const before = new Map([
    ['eth0', { receivedBytes: 500, transmittedBytes: 0 }],
    ['ib0', { receivedBytes: 1000, transmittedBytes: 0 }],
  ]);
  const counters = new Map([
    ['eth0', { receivedBytes: 2500, transmittedBytes: 1000 }],
    ['ib0', { receivedBytes: 10, transmittedBytes: 10 }],
  ]);
  const networks = describeNetworks(before, { counters, addresses: new Map() }, 2000);
  expect(networks[0]).toMatchObject({ receiveBytesPerSecond: 1000, transmitBytesPerSecond: 500 });
  expect(networks[1]).toMatchObject({ receiveBytesPerSecond: null, transmitBytesPerSecond: 5 });
});

test('no text breaks the parser', () => {
  fc.assert(fc.property(fc.string(), (text) => parseInterfaceCounters(text) instanceof Map));
});
