import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import { AT_MS, collected, vm } from '../../../test/support/recordedCollector.ts';
import { exchange } from '../../../test/support/recordedExchange.ts';
import type { NodeStatus } from '../../model/node.ts';
import { gpuMonitorMain } from './serveMain.ts';

let bed: DialectBed | null = null;
afterEach(async () => {
  await bed?.stop();
  bed = null;
});
const serve = async (nodes: NodeStatus[], options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(gpuMonitorMain, { nodes: () => nodes, nowMs: () => AT_MS + 2000, ...options });
  return bed;
};
const JSON_TYPE = { 'content-type': 'application/json' };
const alice = { name: 'alice', role: 'user' } as const;

describe('POST /api/kill-processes', () => {
  const kill = (to: DialectBed, body: object, path = '/api/kill-processes', headers = JSON_TYPE) =>
    to.ask('POST', path, { headers, body: JSON.stringify(body) });
  const outcomes = (outcome: string) => async (_name: string, _by: object, request?: object) => ({
    results: (request as { body: { targets: { pid: number }[] } }).body.targets.map(({ pid }) => ({
      pid,
      outcome,
      message: `it is ${outcome}`,
    })),
  });

  test('is shut until it is opened, in its own error body', async () => {
    const ours = await kill(await serve([vm]), { hostname: 'vm', pids: [27726] });
    expect([ours.status, ours.body]).toEqual([
      403,
      '{"message":"flowline: writing is off","status":"error"}\n',
    ]);
    expect(ours.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each(['kill-nohost', 'kill-nopids', 'kill-offline', 'kill-ok'])(
    '%s is answered as recorded, once opened',
    async (name) => {
      const { method, path, sent, status, headers, body } = exchange('gpu-monitor', name);
      const { ask } = await serve([vm], { networks: ['127.0.0.0/8'], callAs: outcomes('done') });
      const ours = await ask(method, path, { headers: JSON_TYPE, body: sent ?? '' });
      expect([ours.status, ours.headers['content-type'], ours.body]).toEqual([
        status,
        headers['content-type'],
        body,
      ]);
      expect(ours.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test("a token in the path acts with its account's rights, on the process that was sampled", async () => {
    const asked: unknown[] = [];
    const { ask } = await serve([vm], {
      accounts: { fl_alice: alice },
      async callAs(name, by, request) {
        asked.push([name, by, request]);
        return outcomes('done')(name, by, request);
      },
    });
    const pid = collected.gpu_data[0]?.processes[0]?.pid;
    const ours = await ask('POST', '/t/fl_alice/api/kill-processes', {
      headers: JSON_TYPE,
      body: JSON.stringify({ hostname: 'vm', pids: [pid, 4] }),
    });
    expect(ours.status).toBe(200);
    expect(asked).toEqual([
      [
        'killProcesses',
        { account: alice, isLocal: false, from: '127.0.0.1' },
        {
          body: {
            targets: [
              { nodeId: 'vm', pid, startedAtMs: 1_795_344_694_380 },
              { nodeId: 'vm', pid: 4, startedAtMs: null },
            ],
          },
        },
      ],
    ]);
  });

  test.each([
    ['not-allowed', 403],
    ['failed', 500],
    ['no-answer', 404],
  ])('what became of it is told: %s', async (outcome, status) => {
    const ours = await kill(await serve([vm], { networks: ['127.0.0.1'], callAs: outcomes(outcome) }), {
      hostname: 'vm',
      pids: [5],
    });
    expect([ours.status, JSON.parse(ours.body).status]).toEqual([status, 'error']);
  });
});
