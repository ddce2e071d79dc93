/** How Go's standard server writes: JSON with `<`, `>` and `&` escaped and a line's end, errors as plain text. */
import type { Answer } from './dialect.ts';

/** As Go's encoder: U+2028 and U+2029 too, which end a line in JavaScript. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export const goAnswer = (body: string | Buffer): Answer => ({ status: 200, type: 'application/json', body });

/** http.Error: the sentence, a line's end, and no guessing at the type. */
export const goError = (status: number, sentence: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${sentence}\n`,
  headers: { 'x-content-type-options': 'nosniff' },
});

export const goNotFound = (): Answer => goError(404, '404 page not found');
