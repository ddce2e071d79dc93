/** Xid errors: their words, and how long they are remembered. */
import { describe, expect, test } from 'vitest';
import { imagineXid } from '../../../test/support/imaginedMachines.ts';
import { blankReading } from '../../model/blankReading.ts';
import { MAX_MESSAGE_CHARACTERS, MAX_XID_EVENTS } from '../../model/limits.ts';
import { xidMeaning } from './xid.ts';
import { createXidLog } from './xidLog.ts';

describe('the Xid log', () => {
  const gpu = { ...blankReading(0), uuid: 'GPU-a' };

  test('errors stay with their GPU, newest first, wherever it is counted', () => {
    const log = createXidLog();
    log.remember(gpu, [imagineXid(31)]);
    log.remember({ ...gpu, uuid: 'GPU-b' }, [imagineXid(13)]);
    const { xidEvents } = log.remember({ ...gpu, index: 3 }, [imagineXid(79), imagineXid(48)]);
    expect(xidEvents.map((event) => event.code)).toEqual([79, 48, 31]);
  });

  test('only the last ones are remembered', () => {
    const log = createXidLog();
    for (let code = 1; code <= MAX_XID_EVENTS + 5; code++) log.remember(gpu, [imagineXid(code)]);
    const { xidEvents } = log.remember(gpu, []);
    expect(xidEvents).toHaveLength(MAX_XID_EVENTS);
    expect(xidEvents[0]?.code).toBe(MAX_XID_EVENTS + 5);
  });

  test('every code has a meaning that fits, also an unknown one', () => {
    for (let code = 0; code < 1000; code++) {
      expect(xidMeaning(code).length).toBeGreaterThan(10);
      expect(xidMeaning(code).length).toBeLessThanOrEqual(MAX_MESSAGE_CHARACTERS);
    }
    expect(xidMeaning(977)).toContain('Xid 977');
  });
});
