import { describe, expect, test } from 'vitest';
import { lastWords } from './lastWords.ts';

describe('the last words of a program', () => {
  test('are the end of its traceback', () => {
    const text =
      'Traceback (most recent call last):\n  File "train.py", line 32\nValueError: loss is nan\n\n';
    expect(lastWords(text)).toBe('ValueError: loss is nan');
  });

  test('are what a progress bar shows at last, without colours and cursor moves', () => {
    expect(lastWords('epoch 1\repoch 2\r\u001b[31mkilled\u001b[0m\u001b[2K\r')).toBe('killed');
  });

  test('are none where nothing was written, and short', () => {
    expect(lastWords(' \n\n')).toBeNull();
    expect(lastWords('x'.repeat(1000))).toHaveLength(200);
  });
});
