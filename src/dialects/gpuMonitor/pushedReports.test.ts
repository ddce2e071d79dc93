import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import { AT_MS, collectedText, machinesOf, vm } from '../../../test/support/recordedCollector.ts';
import { differences, exchange, recordedFile } from '../../../test/support/recordedExchange.ts';
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

describe('POST /api/report-gpu-stats', () => {
  const report = recordedFile('gpu-monitor', 'post-report-gpu-stats.body.json');
  const push = (to: DialectBed, body: string, headers: Record<string, string> = JSON_TYPE) =>
    to.ask('POST', '/api/report-gpu-stats', { headers, body });

  test('is answered as recorded, and told with every field that was pushed', async () => {
    const taken: unknown[] = [];
    bed = await dialectBed((parts) =>
      gpuMonitorMain({ ...parts, takeReport: (one) => void taken.push(one) }),
    );
    const answer = exchange('gpu-monitor', 'report-ok');
    const ours = await push(bed, report);
    expect([ours.status, ours.body]).toEqual([answer.status, answer.body]);
    const { body } = await bed.ask('GET', '/api/gpu-stats');
    expect(machinesOf(body).vm).toEqual({ ...JSON.parse(report), is_online: true });
    expect(differences(collectedText, body, { keyed: ['machines'] })).toEqual([]);
    expect(taken).toEqual([JSON.parse(report)]);
  });

  test('what a collector knows nothing of may be null, and words of a command line are masked as one', async () => {
    const body = {
      ...{ hostname: 'x', timestamp: null, gpu_data: null },
      system_info: {
        processes: [
          { pid: 1, cmdline: null },
          { pid: 2, cmdline: ['train', '--api-key', 'hunter2'] },
        ],
      },
    };
    expect((await push(await serve([]), JSON.stringify(body))).status).toBe(200);
    const { x } = machinesOf((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body);
    expect(x?.system_info.processes).toEqual([
      { pid: 1, cmdline: null },
      { pid: 2, cmdline: 'train --api-key ***' },
    ]);
  });

  test('command lines are masked before anybody is told', async () => {
    const secret = { pid: 1, cmdline: 'train --api-key hunter2' };
    await push(
      await serve([]),
      JSON.stringify({
        hostname: 'x',
        gpu_data: [{ processes: [secret] }],
        system_info: { processes: [secret] },
      }),
    );
    const { body } = await (bed as DialectBed).ask('GET', '/api/gpu-stats');
    expect(body).not.toContain('hunter2');
    expect(body.match(/train --api-key \*\*\*/g)).toHaveLength(2);
  });

  test('an agent speaks for its machine before an older collector does', async () => {
    await push(await serve([vm]), JSON.stringify({ hostname: 'vm', gpu_data: [] }));
    const told = machinesOf((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body);
    expect(told.vm?.gpu_data).toHaveLength(8);
  });

  test.each([
    ['no hostname', '{}'],
    ['a number for one', '{"hostname":7}'],
    ['no JSON', 'hostname=x'],
    ['a list', '[]'],
  ])('%s is refused in its words', async (_what, body) => {
    const ours = await push(await serve([]), body);
    expect(ours.status).toBe(400);
    expect(JSON.parse(ours.body)).toMatchObject({ status: 'error' });
  });

  test('a page of another origin cannot push, nor read that it did', async () => {
    const foreign = await push(await serve([]), '{"hostname":"x"}', {
      ...JSON_TYPE,
      origin: 'http://evil.example',
    });
    expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    const plain = await push(bed as DialectBed, '{"hostname":"x"}', { 'content-type': 'text/plain' });
    expect(plain.status).toBe(415);
    expect((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body).toBe('{"machines":{}}\n');
  });

  test('a report that is too large is refused in its words', async () => {
    const ours = await push(await serve([]), JSON.stringify({ hostname: 'x'.repeat(1024 * 1024) }));
    expect([ours.status, JSON.parse(ours.body).status]).toEqual([413, 'error']);
  });

  test('an address makes only so many machines known; those that are known report on', async () => {
    const forget: ((hostname: string) => void)[] = [];
    bed = await dialectBed(
      (parts) =>
        gpuMonitorMain({
          ...parts,
          isReporting: (hostname) => hostname === 'old',
          whenForgotten: (forgotten) => void forget.push(forgotten),
        }),
      { nowMs: () => AT_MS },
    );
    const named = (hostname: string) => push(bed as DialectBed, JSON.stringify({ hostname }));
    for (let machine = 0; machine < 64; machine += 1) expect((await named(`m${machine}`)).status).toBe(200);
    const { status, body } = await named('m64');
    expect([status, JSON.parse(body)]).toEqual([
      429,
      { status: 'error', message: expect.stringContaining('too many new machines') },
    ]);
    expect((await named('m0')).status).toBe(200);
    expect((await named('old')).status).toBe(200);
    const told = async () =>
      Object.keys(machinesOf((await (bed as DialectBed).ask('GET', '/api/gpu-stats')).body));
    expect(await told()).toHaveLength(65);
    forget[0]?.('m0');
    expect((await named('m0')).status).toBe(429);
  });
});
