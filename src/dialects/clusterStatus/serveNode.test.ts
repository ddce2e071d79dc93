import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryReading } from '../../../test/support/readings.ts';
import { recordedBody } from '../../../test/support/recorded.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../../test/support/recordedMachines.ts';
import { UNKNOWN_HOST } from '../../model/host.ts';
import type { NodeSample } from '../../model/node.ts';
import { type NodeBody, nodeBody } from './serveNode.ts';

const recording = (name: string): NodeBody => recordedBody('cluster-status', name) as NodeBody;

const network = (name: string, ...addresses: string[]) => ({
  interface: name,
  addresses,
  receiveBytesPerSecond: null,
  transmitBytesPerSecond: null,
});

/** The state of the recorded machine: its driver keeps 3 MiB of each card, which the older node counts as used. */
function sampleOf(theirs: NodeBody): NodeSample {
  return machineOf(theirs.hostname, Date.parse(theirs.last_update), {
    host: {
      ...UNKNOWN_HOST,
      networks: [
        network('lo', '127.0.0.1', '::1'),
        network('docker0', '172.17.0.1'),
        network('eno1', 'fe80::1', '192.168.0.3', '192.168.0.4'),
        network('eno2', 'fe80::2'),
      ],
    },
    gpus: theirs.gpus.map(({ index, users }) =>
      cardOf(index, {
        memoryUsedBytes: 66307 * MEBIBYTE,
        memoryReservedBytes: 3 * MEBIBYTE,
        processes: users.map((user) =>
          processOf(user.pid, user['mem(MiB)'] * MEBIBYTE, { user: user.username, command: user.command }),
        ),
      }),
    ),
  });
}

/** Ours counts time in milliseconds. */
const comparable = (body: NodeBody | null): unknown =>
  body && { ...body, last_update: body.last_update.replace(/\d{3}$/, '000') };

describe('a node of GPU Cluster Status Monitor', () => {
  test.each([
    'node-status',
    'node-first',
    'node-no-processes',
    'node-odd-processes',
    'node-gpu-lost',
    'node-status-tz-seoul',
  ])('tells of the machine of %s what the older one told', (name) => {
    const theirs = recording(name);
    expect(comparable(nodeBody(sampleOf(theirs)))).toEqual(comparable(theirs));
  });

  test('cuts a command after 500 characters, leaves out graphics and whose user is unknown', () => {
    const long = processOf(1, MEBIBYTE, { command: 'x'.repeat(600) });
    const screen = processOf(2, MEBIBYTE, { type: 'graphics' });
    const strange = processOf(3, MEBIBYTE, { user: null });
    const unnamed = processOf(4, null, { command: null, name: null });
    const body = nodeBody(
      machineOf('a', 0, { gpus: [cardOf(0, { processes: [long, screen, strange, unnamed] })] }),
    );
    expect(body?.gpus[0].users).toEqual([
      { pid: 1, 'mem(MiB)': 1, username: 'root', command: 'x'.repeat(500) },
      { pid: 4, 'mem(MiB)': 0, username: 'root', command: '' },
    ]);
  });

  test('sorts addresses as text, one of each interface', () => {
    const host = {
      ...UNKNOWN_HOST,
      networks: [
        network('b', '192.168.0.9'),
        network('c', '10.0.0.2', '10.0.0.1'),
        network('a', '192.168.0.10'),
      ],
    };
    expect(nodeBody(machineOf('a', 0, { host, gpus: [cardOf(0, {})] }))?.ips).toEqual([
      ['c', '10.0.0.2'],
      ['a', '192.168.0.10'],
      ['b', '192.168.0.9'],
    ]);
  });

  test('is as old as the last answer of its driver', () => {
    const sample = machineOf('a', 1_795_346_451_950, { gpus: [cardOf(0, {})] });
    const hanging = { ...sample, driver: { ...sample.driver, answeredAtMs: sample.takenAtMs - 90_000 } };
    const age = (body: NodeBody | null): number => sample.takenAtMs - Date.parse(body?.last_update ?? '');
    expect(age(nodeBody(sample))).toBe(0);
    expect(age(nodeBody(hanging))).toBe(90_000);
  });

  test('has no body without a GPU to tell of, rather than one that fails its main', () => {
    expect(nodeBody(machineOf('a', 0, {}))).toBeNull();
    expect(nodeBody(machineOf('a', 0, { gpus: [{ ...cardOf(0, {}), state: 'lost' }] }))).toBeNull();
  });

  test('whatever the machine says, its main goes on: a first name, whole numbers, a local time without zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.array(arbitraryReading(0), { minLength: 1, maxLength: 3 }),
        (takenAtMs, readings) => {
          const gpus = readings.map((reading, index) => ({
            ...cardOf(index, {}),
            ...reading,
            index,
            processes: [],
          }));
          const body = nodeBody(machineOf('a', takenAtMs, { gpus }));
          if (body === null) return;
          expect(body.gpus[0].name).toBeTypeOf('string');
          expect(body.last_update).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
          for (const { index, use_mem, tot_mem, temp, utilize } of body.gpus) {
            expect([index, use_mem, tot_mem, temp, utilize].every(Number.isSafeInteger)).toBe(true);
          }
        },
      ),
    );
  });
});
