import { describe, expect, it } from 'vitest';
import { changesOf } from './EditDialog.tsx';
import { tableChanges } from './TableDialog.tsx';

const NONE = {
  memory: '',
  gpus: '',
  priority: '',
  model: '',
  node: '',
  runs: '',
  retries: '',
  timeLimit: '',
};

describe('what is edited of tasks', () => {
  it('is only what was filled in; a dash takes a wish away', () => {
    expect(changesOf(NONE)).toEqual({ changes: {} });
    expect(
      changesOf({ ...NONE, memory: '40G', priority: '-5', model: '-', timeLimit: '2h', runs: '3' }),
    ).toEqual({
      changes: {
        memoryBytes: 40 * 2 ** 30,
        priority: -5,
        model: null,
        timeLimitSeconds: 7200,
        needRunNum: 3,
      },
    });
  });

  it.each([
    [{ memory: 'much' }, 'memory'],
    [{ gpus: '-' }, 'gpus'],
    [{ priority: '1.5' }, 'priority'],
    [{ timeLimit: 'soon' }, 'timeLimit'],
  ])('%j is told by its field', (part, wrong) => expect(changesOf({ ...NONE, ...part })).toEqual({ wrong }));
});

describe('what is edited of a table', () => {
  const before = { maxRunning: '4', priority: '0', memory: '0.0G' };

  it('is only what was touched: memory is shown rounded, and would be rounded by saving', () => {
    expect(tableChanges(before, before)).toEqual({});
    expect(tableChanges({ ...before, priority: '5' }, before)).toEqual({ priority: 5 });
  });

  it('an empty field is no limit, and learned memory', () => {
    expect(tableChanges({ maxRunning: '', priority: '', memory: '' }, before)).toEqual({
      maxRunning: null,
      priority: 0,
      memoryBytes: null,
    });
    expect(tableChanges({ maxRunning: '8', priority: '10', memory: '21.6G' }, before)).toEqual({
      maxRunning: 8,
      priority: 10,
      memoryBytes: Math.round(21.6 * 2 ** 30),
    });
  });

  it.each([
    [{ maxRunning: '0' }, 'maxRunning'],
    [{ priority: '101' }, 'priority'],
    [{ memory: 'x' }, 'memory'],
  ])('%j is told by its field', (part, wrong) =>
    expect(tableChanges({ maxRunning: '', priority: '', memory: '', ...part }, before)).toEqual({ wrong }),
  );
});
