import { describe, expect, test } from 'vitest';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { describeNode } from './nodeText.ts';
import { terminalOf } from './text/terminal.ts';
import { widthOf } from './text/width.ts';

const NOW = Date.UTC(2026, 0, 1);
const lab = imagineLab(NOW);
const inPipe = (LANG = 'C') => terminalOf({ terminalColumns: null, environment: { LANG } });

function find(name: string) {
  const node = lab.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`no ${name}`);
  return node;
}

describe('one machine as text', () => {
  test.each([80, 100, 120, 160])('nothing is wider than %i columns, in either language', (columns) => {
    for (const LANG of ['en_US.UTF-8', 'zh_CN.UTF-8']) {
      const terminal = terminalOf({ terminalColumns: columns, environment: { LANG, NO_COLOR: '1' } });
      for (const node of lab) {
        for (const line of describeNode(node, NOW, terminal).split('\n'))
          expect(widthOf(line), line).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('GPUs say their state, and processes their owner, by memory', () => {
    const text = describeNode(find('atlas'), NOW, inPipe());
    expect(text).toMatch(/6 {2}H100 80 GB .*46\.8 \/ 80\.0 .*holding idle/);
    expect(text).toMatch(/5 {2}H100 80 GB .*working \(slowed\)/);
    const memories = [...text.matchAll(/([\d.]+) GiB {2}\S+ +\d+ /g)].map((match) => Number(match[1]));
    expect(memories.length).toBeGreaterThan(5);
    expect(memories).toEqual(memories.toSorted((a, b) => b - a));
  });

  test('memory that no process accounts for has its own row', () => {
    expect(describeNode(find('atlas'), NOW, inPipe())).toMatch(/2 +6\.4 GiB {2}unaccounted/);
  });

  test('a sick GPU says what is wrong, in words', () => {
    const node = find('atlas');
    const [gpu] = node.sample?.gpus ?? [];
    if (!node.sample || !gpu) throw new Error('no GPU');
    const lost = {
      ...gpu,
      state: 'lost' as const,
      xidEvents: [{ code: 79, meaning: 'GPU has fallen off the bus', pid: null, atMs: NOW }],
    };
    const sick = { ...node, sample: { ...node.sample, gpus: [lost, ...node.sample.gpus.slice(1)] } };
    expect(describeNode(sick, NOW, inPipe())).toContain('sick: fell off the bus, Xid 79');
    expect(describeNode(sick, NOW, inPipe('zh_CN.UTF-8'))).toContain('故障：已从总线掉卡，Xid 79');
  });

  test('no driver is told with its message and what to do', () => {
    const node = find('atlas');
    if (!node.sample) throw new Error('no sample');
    const driver = { ...node.sample.driver, state: 'absent' as const, message: 'no library; tried /usr/lib' };
    const text = describeNode({ ...node, sample: { ...node.sample, driver, gpus: [] } }, NOW, inPipe());
    expect(text).toContain('No NVIDIA driver');
    expect(text).toContain('tried /usr/lib');
    expect(text).toContain('flowline doctor');
  });

  test('where no library was found it is told in how many places, and not which: doctor lists them', () => {
    const node = find('atlas');
    if (!node.sample) throw new Error('no sample');
    const tried = ['libnvidia-ml.so.1', '/usr/lib/wsl/lib/libnvidia-ml.so.1'];
    const remarks = [{ kind: 'no-library' as const, tried }];
    const driver = { ...node.sample.driver, state: 'absent' as const, message: 'tried', remarks };
    const bare = { ...node, sample: { ...node.sample, driver, gpus: [] } };
    expect(describeNode(bare, NOW, inPipe())).toContain('none of 2 places');
    expect(describeNode(bare, NOW, inPipe('zh_CN.UTF-8'))).toContain('找过 2 个位置');
    expect(describeNode(bare, NOW, inPipe())).not.toContain('wsl');
  });

  test('a driver that hangs is told above the figures it last gave', () => {
    const text = describeNode(find('rigel'), NOW, inPipe());
    expect(text.indexOf('Driver does not answer')).toBeLessThan(text.indexOf('L40S 48 GB'));
    expect(text).toMatch(/no answer/);
  });

  test('a name with control characters cannot touch the terminal', () => {
    const text = describeNode({ ...find('atlas'), name: 'a\u001b[2Jb' }, NOW, inPipe());
    expect(text).not.toContain('\u001b');
    expect(text).toContain('a␛[2Jb');
  });
});
