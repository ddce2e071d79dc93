/** Dockerfile and compose.yaml as we want them: a linter of our own for the few things that matter, without a registry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
/** Instructions, with continued lines joined and comments left out. */
const instructions = read('Dockerfile')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const of = (name: string): string[] => instructions.filter((line) => line.startsWith(`${name} `));

describe('the Dockerfile', () => {
  test('has only instructions that exist', () => {
    const known = /^(ARG|FROM|RUN|COPY|USER|ENV|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD) /;
    expect(instructions.filter((line) => !known.test(line))).toEqual([]);
  });

  test('runs as a number that is not root, and nothing after that needs root', () => {
    expect(of('USER')).toEqual(['USER 10001:10001']);
    const user = instructions.indexOf('USER 10001:10001');
    expect(instructions.slice(user).filter((line) => /^(RUN|COPY) /.test(line))).toEqual([]);
  });

  test('names a release of its base, takes one file, keeps its data in a volume, and tells whether it is well', () => {
    expect(of('ARG')[0]).toMatch(/^ARG BASE=debian:(?!latest)\S+$/);
    expect(of('COPY')).toEqual([`COPY $\{FILE} /usr/local/bin/flowline`]);
    expect(of('VOLUME')).toEqual(['VOLUME /var/lib/flowline']);
    expect(of('HEALTHCHECK')[0]).toContain('"/usr/local/bin/flowline"');
  });

  test('starts the program itself, by a list of words: a shell would keep its signals', () => {
    for (const line of [...of('ENTRYPOINT'), ...of('CMD')]) {
      expect(JSON.parse(line.slice(line.indexOf(' ')))).toBeInstanceOf(Array);
    }
  });

  test('is sent the standalone files and nothing else', () => {
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules).toEqual(['*', '!build/standalone/flowline-linux-*']);
  });
});

describe('compose.yaml', () => {
  const text = read('compose.yaml');

  test('lets nobody but this machine in unless an address is named', () => {
    const ports = /ports:\n((?: +- .*\n)+)/.exec(text)?.[1] ?? '';
    expect(ports.trim()).toBe(`- "$\{FLOWLINE_ADDRESS:-127.0.0.1}:3569:3569"`);
  });

  test('gives the container no right that it does not need, and keeps its data', () => {
    for (const line of ['read_only: true', 'no-new-privileges:true', '- data:/var/lib/flowline'])
      expect(text).toContain(line);
    expect(text).toMatch(/cap_drop:\n +- ALL/);
    expect(text).not.toMatch(/privileged: true|network_mode|cap_add|docker\.sock|:latest/);
  });
});
