import { describe, expect, it } from 'vitest';
import { type Entries, NO_ENTRIES, readEntries } from './entries.ts';

const read = (part: Partial<Entries>) => readEntries({ ...NO_ENTRIES, directory: '/home/me', ...part });

describe('the fields of a new task', () => {
  it('left alone ask for one GPU whose memory is learned', () => {
    expect(read({})).toMatchObject({
      options: { ask: { gpus: 1, memoryBytes: null, model: null, node: null }, priority: 0, retries: 0 },
      maxRunning: null,
      directory: '/home/me',
      environment: {},
    });
  });

  it('are written as everywhere: 20G, 2h', () => {
    expect(read({ memory: '20G', timeLimit: '2h', gpus: '2', maxRunning: '8' })).toMatchObject({
      options: { ask: { gpus: 2, memoryBytes: 20 * 2 ** 30 }, timeLimitSeconds: 7200 },
      maxRunning: 8,
    });
  });

  it.each([
    [{ directory: '' }, { kind: 'needed', field: 'directory' }],
    [{ directory: 'exp' }, { kind: 'wrong', field: 'directory' }],
    [{ memory: 'much' }, { kind: 'wrong', field: 'memory' }],
    [{ gpus: '-1' }, { kind: 'wrong', field: 'gpus' }],
    [{ timeLimit: '2 weeks' }, { kind: 'wrong', field: 'timeLimit' }],
    [{ maxRunning: '0' }, { kind: 'wrong', field: 'maxRunning' }],
    [{ environment: 'A=1\nnonsense' }, { kind: 'environment', line: 'nonsense' }],
  ])('%j is told', (part, complaint) => expect(read(part)).toEqual(complaint));

  it('keep the value of a variable as it is', () => {
    expect(read({ environment: 'export A= b = "c"\n\nB=' })).toMatchObject({
      environment: { A: ' b = "c"', B: '' },
    });
  });
});
