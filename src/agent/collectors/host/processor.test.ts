import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  busyPercent,
  countListed,
  parseLoadAverage,
  parseProcessorModel,
  parseProcessorTicks,
} from './processor.ts';

describe('processor ticks', () => {
  test('idle and waiting for disks are rest, everything else is busy', () => {
    expect(parseProcessorTicks('cpu  100 1 20 800 40 0 5 4 7 0\ncpu0 …')).toEqual({ busy: 130, total: 970 });
  });

  test('a kernel that tells only the four oldest counters is understood', () => {
    expect(parseProcessorTicks('cpu 10 0 10 80\n')).toEqual({ busy: 20, total: 100 });
  });

  test('text that is no processor line is null, not zero', () => {
    for (const text of ['', 'cpu', 'cpu0 1 2 3 4\n', 'cpu  1 2\n', 'intr 12345']) {
      expect(parseProcessorTicks(text)).toBeNull();
    }
  });

  test('the percentage never leaves 0 to 100, whatever the counters do', () => {
    const ticks = fc
      .array(fc.nat(), { minLength: 4, maxLength: 10 })
      .map((values) => `cpu  ${values.join(' ')}\n`);
    fc.assert(
      fc.property(ticks, ticks, (before, after) => {
        const percent = busyPercent(parseProcessorTicks(before), parseProcessorTicks(after));
        expect(percent === null || (percent >= 0 && percent <= 100)).toBe(true);
      }),
    );
  });

  test('half of the time busy is 50 %', () => {
    expect(busyPercent({ busy: 10, total: 100 }, { busy: 60, total: 200 })).toBe(50);
    expect(busyPercent({ busy: 10, total: 100 }, { busy: 10, total: 100 })).toBeNull();
  });
});

test('the load has three figures or none', () => {
  expect(parseLoadAverage('0.07 0.10 12.08 2/89 7049\n')).toEqual([0.07, 0.1, 12.08]);
  expect(parseLoadAverage('0.07')).toBeNull();
});

describe('online processors', () => {
  test('ranges and single ones are counted', () => {
    expect(countListed('0-63,128-191\n')).toBe(128);
    expect(countListed('0\n')).toBe(1);
  });

  test('a list made of ranges counts their lengths; anything else is null', () => {
    const range = fc.tuple(fc.nat(9999), fc.nat(999));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), (ranges) => {
        const text = ranges.map(([first, more]) => `${first}-${first + more}`).join(',');
        expect(countListed(text)).toBe(ranges.reduce((sum, [, more]) => sum + more + 1, 0));
      }),
    );
    for (const text of ['', '-', '3-1', '1,,2', 'all']) expect(countListed(text)).toBeNull();
  });
});

describe('processor model', () => {
  test('x86 names it', () => {
    expect(parseProcessorModel('processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC  7742 \n')).toBe(
      'AMD EPYC 7742',
    );
  });

  test('an ARM core beside a GPU is named from its numbers, an unknown one keeps them', () => {
    expect(parseProcessorModel('CPU implementer\t: 0x41\nCPU part\t: 0xd4f\n')).toBe('ARM Neoverse-V2');
    expect(parseProcessorModel('CPU implementer\t: 0x99\nCPU part\t: 0x001\n')).toBe('ARM 0x99 0x001');
  });

  test('without either it is null', () => {
    expect(parseProcessorModel('BogoMIPS\t: 50.00\n')).toBeNull();
  });
});
