/** Bytes into figures, and NVML's sentinels into null. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, number32, number64, signed32, text } from './bytes.ts';
import { cudaVersionWords, throttleReasonWords } from './words.ts';

const words64 = (value: bigint) => new Uint32Array(new BigUint64Array([value]).buffer);

describe('numbers', () => {
  test('a 32-bit number is itself, and its sentinel null', () => {
    expect(number32(new Uint32Array([4294967294]))).toBe(4294967294);
    expect(number32(new Uint32Array([4294967295]))).toBeNull();
    expect(signed32(new Uint32Array([-40]))).toBe(-40);
    expect(signed32(new Uint32Array([-1]))).toBeNull();
  });

  test('a 64-bit number is exact, or null where no number is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(number64(words64(value))).toBe(
          value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null,
        );
      }),
    );
  });

  test.each([2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 53n])('the sentinel %d is null', (sentinel) => {
    expect(number64(words64(sentinel))).toBeNull();
  });

  test('a flag is 0 or 1, and nothing else is one', () => {
    expect([0, 1, 2, 4294967295].map((word) => flag(new Uint32Array([word])))).toEqual([
      false,
      true,
      null,
      null,
    ]);
  });
});

describe('texts', () => {
  test('a text ends at its NUL, or where its field ends', () => {
    expect(text(Buffer.from('NVIDIA H100\0rest'))).toBe('NVIDIA H100');
    expect(text(Buffer.from('0000:18:00.0XYZ'), 0, 12)).toBe('0000:18:00.0');
  });

  test('an empty text is none', () => {
    expect(text(Buffer.from('\0NVIDIA'))).toBeNull();
    expect(text(Buffer.from('  \0'))).toBeNull();
  });
});

describe('words', () => {
  test('throttle reasons are told lowest bit first, and unknown bits say nothing', () => {
    expect(throttleReasonWords(0)).toEqual([]);
    expect(throttleReasonWords(0x44 | 0x80000000)).toEqual(['software-power-cap', 'hardware-thermal']);
  });

  test('the CUDA version is told as people write it', () => {
    expect([12040, 11080, 13000, null].map(cudaVersionWords)).toEqual(['12.4', '11.8', '13.0', null]);
  });
});
