import { expect, test } from 'vitest';
import { describeTrouble } from './engineClient.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test('each trouble has its word, and a denied socket says what to do', () => {
  expect(describeTrouble(withCode('ENOENT'), '/s')).toEqual({ state: 'absent', message: 'there is no /s' });
  expect(describeTrouble(withCode('ECONNREFUSED'), '/s').state).toBe('absent');
  expect(describeTrouble(withCode('EACCES'), '/s')).toMatchObject({
    state: 'denied',
    message: expect.stringContaining('group docker'),
  });
  expect(describeTrouble(new Error('x'.repeat(9999)), '/s')).toMatchObject({ state: 'failed' });
  expect(describeTrouble(new Error('x'.repeat(9999)), '/s').message?.length).toBeLessThanOrEqual(2000);
  expect(describeTrouble(new DOMException('late', 'TimeoutError'), '/s').message).toContain('in time');
});
