/** Tables whose files are kept up, through a real hub and fake agents. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith } from '../../../test/support/fakeAgent.ts';
import { queueBed, tableOf, waitsOn } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const { leaseOf, becomes } = waitsOn(() => bed);

describe('a table whose file is kept up', () => {
  const file = {
    path: '/home/alice/sweep.csv',
    format: 'csv' as const,
    sheet: null,
    machineId: 'machine atlas',
    uid: 1000,
    writesColumns: [],
  };

  test('has its keeper told what the hub knows, then what to write; edits come back as tasks', async () => {
    const written: number[] = [];
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        written.push(request.write.revision);
        const { table, revision } = request.write;
        return { kind: 'table-written', written: { table, revision, warning: null } };
      },
    });
    const [id = '', second = ''] = await bed.submit(2, { file, maxRunning: 1 });
    const { tableId } = await bed.task(id);
    const kept = await waitFor('keep', () => atlas.requests.find(({ kind }) => kind === 'keep-table'));
    expect(kept).toMatchObject({
      keep: {
        table: tableId,
        isLast: true,
        known: [{ key: 'row-1', needRunNum: 1, isRemoved: false }, { key: 'row-2' }],
      },
    });
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, endedWith(0));
    const write = await waitFor('the success in the file', () =>
      atlas.requests.find(
        (request) =>
          request.kind === 'write-table' && request.write.results.some(({ runNum }) => runNum === 1),
      ),
    );
    expect(write).toMatchObject({ write: { table: tableId, file: { path: file.path } } });
    const added = { ...tableOf(3).rows[2], key: 'row-3' } as ReturnType<typeof tableOf>['rows'][number];
    atlas.say({
      type: 'table-edits',
      id: 7,
      edits: {
        table: tableId,
        added: [added],
        needRunNum: [{ key: 'row-1', needRunNum: 2 }],
        removed: ['row-2'],
        returned: [],
        warning: null,
      },
    });
    await waitFor('the third row', async () => (await bed.client().call('tasks')).total === 3);
    expect(await bed.task(id)).toMatchObject({ runNum: 1, needRunNum: 2 });
    await waitFor('the audit', async () => (await bed.audit()).includes('table-edits'));
    expect(second).not.toBe('');
  });

  test('is kept for as long as its results could not be written into it, also when all is over', async () => {
    let warning: string | null = 'may not be written; results are beside it';
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        const { table, revision } = request.write;
        return { kind: 'table-written', written: { table, revision, warning } };
      },
    });
    const forgotten = () =>
      atlas.requests.flatMap((said) => (said.kind === 'forget-table' ? said.table : []));
    const finish = async (place: number): Promise<string> => {
      const [id = ''] = await bed.submit(1, { file });
      atlas.report(await leaseOf(atlas, place), 1, endedWith(0));
      await becomes(id, 'succeeded');
      return (await bed.task(id)).tableId;
    };
    const aside = await finish(0);
    const warned = async () =>
      (await bed.client().call('table', { parameters: { id: aside } })).fileWarning !== null;
    await waitFor('the warning', warned);
    warning = null;
    const written = await finish(1);
    await waitFor('the one that is written to be let go', () => forgotten().includes(written));
    expect(forgotten()).toEqual([written]);
    const well = { added: [], needRunNum: [], removed: [], returned: [], warning: null };
    atlas.say({ type: 'table-edits', id: 1, edits: { table: aside, ...well } });
    await waitFor('the other to be let go', () => forgotten().includes(aside));
  });

  test('is not called over before its results are written, or its rows would be read and run again', async () => {
    let isSlow = true;
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        const { table, revision } = request.write;
        // What was written so far; the newest is not among it while the disk is slow.
        return { kind: 'table-written', written: { table, revision: isSlow ? 0 : revision, warning: null } };
      },
    });
    const [id = ''] = await bed.submit(1, { file });
    atlas.report(await leaseOf(atlas), 1, endedWith(0));
    await becomes(id, 'succeeded');
    const open = async () => (await bed.client().call('tables', { query: { isOpen: 'true' } })).tables.length;
    expect(await open()).toBe(1);
    isSlow = false;
    await waitFor('it to be over', async () => (await open()) === 0);
  });

  test('whom nobody keeps up is not called over before its owner says that he wrote it', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { file: { ...file, machineId: 'another' } });
    atlas.report(await leaseOf(atlas), 1, endedWith(0));
    await becomes(id, 'succeeded');
    const parameters = { id: (await bed.task(id)).tableId };
    const open = async () => (await bed.client().call('tables', { query: { isOpen: 'true' } })).tables.length;
    const { results, revision } = await bed.client().call('tableResults', { parameters });
    expect(results).toMatchObject([{ key: 'row-1', runNum: 1 }]);
    expect(await open()).toBe(1);
    await bed.client().call('tableWritten', { parameters, body: { revision } });
    expect(await open()).toBe(0);
  });

  test('is not told to a machine that may run no tasks, whoever it says it is', async () => {
    const atlas = await bed.agent('atlas', { onRequest: () => ({ kind: 'kept' }) });
    await bed.client().call('changeNode', { parameters: { id: atlas.nodeId }, body: { mayRun: false } });
    const [id = ''] = await bed.submit(1, { file });
    const { tableId } = await bed.task(id);
    const removed = ['row-1'];
    const nothing = { added: [], needRunNum: [], returned: [], warning: null };
    atlas.say({ type: 'table-edits', id: 1, edits: { table: tableId, removed, ...nothing } });
    await waitFor('the audit', async () =>
      (await bed.audit()).includes('is not a table that this node keeps'),
    );
    expect(atlas.requests.filter(({ kind }) => kind === 'keep-table')).toEqual([]);
    expect(await bed.state(id)).not.toBe('held');
  });

  test('is nobody else’s to speak of', async () => {
    await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { file });
    const { tableId } = await bed.task(id);
    const rigel = await bed.agent('rigel');
    rigel.say({
      type: 'table-edits',
      id: 1,
      edits: { table: tableId, added: [], needRunNum: [], removed: ['row-1'], returned: [], warning: null },
    });
    await waitFor('the audit', async () =>
      (await bed.audit()).includes('is not a table that this node keeps'),
    );
    expect(await bed.state(id)).not.toBe('held');
  });
});
