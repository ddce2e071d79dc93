/** What a browser loads before the page can be used stays small. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const page = join(import.meta.dirname, '..', '..', 'dist', 'page');
const LIMIT_BYTES = 250_000;

test('the first load is at most 250 kB gzipped', () => {
  // What the page asks for by itself; parts such as the queue come when somebody goes there. The build keeps a compressed
  // copy beside each file: a browser loads one of the two.
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
  const fonts = readdirSync(join(page, 'assets')).filter((file) => file.endsWith('.woff2'));
  expect(named.length).toBeGreaterThanOrEqual(2);
  const files = [
    join(page, 'index.html'),
    ...named.map((file) => join(page, file)),
    ...fonts.map((file) => join(page, 'assets', file)),
  ];
  // Fonts are compressed already, and travel as they are.
  const sizes = files.map((file) => {
    const bytes = readFileSync(file);
    return file.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`first load: ${(total / 1000).toFixed(0)} kB gzipped`);
  expect(total).toBeLessThanOrEqual(LIMIT_BYTES);
});

test('nothing stands inline in the page', () => {
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)| on\w+=/);
});
