import { describe, expect, test } from 'vitest';
import { imaginedContainers, imaginedHost, imaginedSessions } from './machineSources.ts';
import { namedMachines } from './namedMachines.ts';
import { buildMachine } from './plan.ts';
import { seededRandom } from './random.ts';

const NOW_MS = Date.UTC(2026, 4, 11, 9, 0, 0);

const look = (id: string) => () => {
  const plan = namedMachines.find((one) => one.id === id);
  if (!plan) throw new Error(`no machine ${id}`);
  return buildMachine(plan, NOW_MS, seededRandom(id));
};

describe('what else an imagined machine tells', () => {
  test('a container is told with what leads to its owner', async () => {
    const { state, containers } = await imaginedContainers(look('atlas')).read();
    expect(state).toEqual({ state: 'ok', message: null, remarks: null });
    expect(containers[0]).toMatchObject({
      container: {
        name: 'zk-notebook',
        state: 'running',
        gpus: [6],
        enterCommand: 'docker exec -it zk-notebook sh',
      },
      homeMounts: ['/home/zhao.k'],
    });
    expect(containers[1]?.container).toMatchObject({
      state: 'exited',
      memoryUsedBytes: null,
      enterCommand: null,
    });
    expect((await imaginedContainers(look('lyra')).read()).containers[0]?.ownerLabel).toBe('s.keller');
  });

  test('no Docker and a Docker that may not be asked are two different words', async () => {
    expect((await imaginedContainers(look('castor')).read()).state.state).toBe('absent');
    expect(await imaginedContainers(look('vega')).read()).toMatchObject({
      state: { state: 'denied' },
      containers: [],
    });
  });

  test('a session can be come back to, unless its name is a trap', async () => {
    const { sessions } = await imaginedSessions(look('orion')).read();
    expect(sessions.map(({ session }) => session.attachCommand)).toEqual([
      expect.stringMatching(/^tmux -S \/tmp\/tmux-\d+\/default attach -t '\$0'$/),
      null,
    ]);
    const processes = look('orion')().processes;
    for (const { rootPids } of sessions) {
      expect(processes.some(({ pid, program }) => rootPids.includes(pid) && program.name === 'bash')).toBe(
        true,
      );
    }
  });

  test('a dead mount has no figures and says why', async () => {
    const { disks } = await imaginedHost(look('lyra')).read();
    expect(disks.find(({ mount }) => mount === '/mnt/archive')).toMatchObject({
      state: 'unresponsive',
      usedBytes: null,
      message: expect.stringContaining('not answered'),
    });
  });
});
