import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine, type SaidHub, startSaidHub } from '../../test/support/commandLine.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { freePort } from '../../test/support/program.ts';
import { widthOf } from './text/width.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('exit codes and words', () => {
  test('an unknown command suggests the nearest and is wrong usage', async () => {
    const { code, output, errors } = await runCommandLine(['proceses']);
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toContain('Did you mean processes?');
  });

  test.each([
    [['find', '--memory', 'much'], 'say a size like 40G'],
    [['find', '--gpus', '0'], 'whole number from 1'],
    [['nodes', '--hub', 'ftp://x'], 'is no hub address'],
    [['processes', '--limit', '1000'], 'from 1 to 200'],
    [['processes', 'kill', '1', '--grace', '5h'], 'up to 60s'],
    [['processes', 'kill'], "missing required argument 'target'"],
    [['nodes', 'extra'], 'too many arguments'],
    [
      ['token', 'create', '--scope', 'foo'],
      "flowline: option '--scope <scope>' argument 'foo' is invalid. say join",
    ],
    [['up', '--listen', '70000'], 'the last is 65535'],
    [['up', '--host-name', 'http://gpus.lab.example'], 'say a name or an address without http:// and port'],
    [['hub', '--host-name', 'gpus.lab.example:3569'], 'say a name or an address without http:// and port'],
    [['agent', '--host-name', ''], 'say a name or an address without http:// and port'],
  ])('%j is wrong usage, and what is right is said', async (argv, right) => {
    const { code, output, errors } = await runCommandLine(argv);
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toContain(right);
  });

  test.each([['nodes'], ['processes'], ['find'], ['containers'], ['sessions']])(
    '%s without a hub: exit 3, nothing on stdout, what to do on stderr',
    async (command) => {
      const hub = `http://127.0.0.1:${await freePort()}`;
      const { code, output, errors } = await runCommandLine([command, '--json', '--hub', hub]);
      expect(code).toBe(3);
      expect(output).toBe('');
      expect(errors).toContain(hub);
      expect(errors).toContain('flowline up');
    },
  );

  test('a slip in the name of the hub is told as one', async () => {
    const { code, errors } = await runCommandLine(['nodes', '--hub', 'http://no-such-machine.invalid']);
    expect(code).toBe(3);
    expect(errors).toContain(
      'no answer from http://no-such-machine.invalid: no machine of that name is known',
    );
  });

  test('failures of the hub are told in Chinese where the locale is', async () => {
    const hub = `http://127.0.0.1:${await freePort()}`;
    const { code, errors } = await runCommandLine(['nodes', '--hub', hub], {
      environment: { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' },
    });
    expect(code).toBe(3);
    expect(errors).toMatch(new RegExp(`连不上中心：.*${hub}.*ECONNREFUSED[^]*--hub URL`));
  });

  test.each([
    [['tasks', '--state', 'foo'], '选项 --state <states> 的值“foo”无效：可写 held, queued'],
    [['tasks', '--stat', 'held'], '没有选项“--stat”'],
    [['nodes', 'forget', '--silent-for', 'x'], '的值“x”无效：写不短于 1s 的时间，如 30m、2h 或 7d'],
    [['nodes', 'forget', '--dialect', 'x'], '的值“x”无效：可写 gpu-monitor'],
    [['nodes', 'maintenance', 'a', 'x'], '“x”不能作为 on|off：可写 on, off'],
    [['nodes', 'maintenance', 'a', 'on', '--for', '0'], '写 1s 到 366d 的时间，如 30m 或 2h'],
    [['up', '--readers', 'x'], '的值“x”无效：写 link 或 everyone'],
    [['up', '--host-name', 'a b'], '写不带 http:// 和端口的名称或地址，如 gpus.lab.example 或 [fd00::2]'],
    [['show'], '缺少 task'],
    [['submit', 'no.csv', '--', 'a'], 'no.csv：没有这个文件'],
    [['submit'], '运行什么？没有给出命令'],
    [['submit', 'a.csv', 'b.csv'], '一次只能提交一张表，不能再加 b.csv'],
    [['kill', '42'], '“42”不是任务号'],
  ])('a mistake in %j is told in Chinese where the locale is', async (argv, told) => {
    const environment = { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' };
    const { code, errors } = await runCommandLine(argv, { environment });
    expect(code).toBe(2);
    expect(errors).toContain(told);
  });

  test.each([401, 403])('an answer of %i: exit 4, nothing on stdout', async (status) => {
    const hub = await startSaidHub(() => status);
    const { code, output, errors } = await runCommandLine(['nodes', '--json', '--hub', hub.url]);
    await hub.stop();
    expect(code).toBe(4);
    expect(output).toBe('');
    expect(errors).toContain('a hint');
  });

  test('the help begins with what to try first, and tells each command in Chinese where the locale is', async () => {
    expect((await runCommandLine(['--help'])).output).toMatch(/^Try first:\n {2}flowline status/);
    const environment = { FLOWLINE_DATA: '/nowhere', LANG: 'zh_CN.UTF-8' };
    const { output } = await runCommandLine(['--help'], { environment });
    expect(output).toMatch(/^先试试：\n {2}flowline status/);
    const [, commands = ''] = /命令：\n(.*?)\n\n/s.exec(output) ?? [];
    const lines = commands.split('\n').filter((line) => /^ {2}\w/.test(line));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/\p{Script=Han}/u);
  });

  test('every command has a help with examples', async () => {
    const seen: string[] = [];
    const look = async (path: string[]): Promise<void> => {
      const { code, output } = await runCommandLine([...path, '--help']);
      expect(code).toBe(0);
      const [commands = ''] = output.split('Commands:\n')[1]?.split('\n\n') ?? [];
      const below = [...commands.matchAll(/^ {2}([\w-]+)/gm)]
        .map((match) => match[1] ?? '')
        .filter((name) => name !== 'help');
      expect(output, path.join(' ')).toContain('Examples:');
      seen.push(path.join(' '));
      for (const name of below) await look([...path, name]);
    };
    await look([]);
    expect(seen).toEqual(expect.arrayContaining(['agent join', 'processes kill', 'token revoke', 'doctor']));
  });
});

describe('the fleet as text and JSON', () => {
  let hub: SaidHub;
  const lab = imagineLab(NOW);
  const containers = lab.flatMap((node) =>
    (node.sample?.containers ?? []).map((container) => ({
      nodeId: node.id,
      nodeName: node.name,
      ...container,
    })),
  );
  const sessions = lab.flatMap((node) =>
    (node.sample?.sessions ?? []).map((session) => ({ nodeId: node.id, nodeName: node.name, ...session })),
  );
  beforeEach(async () => {
    hub = await startSaidHub((line) => {
      if (line.includes('/containers')) return { containers };
      if (line.includes('/sessions')) return { sessions };
      if (line.includes('/processes')) return { processes: [], total: 0, unanswered: [] };
      // Nobody is logged in here: what the queue has promised is not his to see.
      if (line.includes('/queue')) return 401;
      return { nodes: lab };
    });
  });
  afterEach(() => hub.stop());
  const run = (argv: string[], LANG = 'C') =>
    runCommandLine([...argv, '--hub', hub.url], { environment: { FLOWLINE_DATA: '/nowhere', LANG } });

  test.each(['nodes', 'containers', 'sessions', 'processes'])(
    '%s --json is what the hub says',
    async (command) => {
      const { code, output, errors } = await run([command, '--json']);
      expect(code).toBe(0);
      expect(errors).toBe('');
      expect(Object.keys(JSON.parse(output))[0]).toBe(command);
    },
  );

  test('nodes tells free cards and sick ones in both languages', async () => {
    expect((await run(['nodes'])).output).toMatch(/atlas .*online +1 of 8 free/);
    expect((await run(['nodes'], 'zh_CN.UTF-8')).output).toMatch(/atlas .*在线 +1 \/ 8 空闲/);
  });

  test.each([60, 80, 120])(
    'nodes is no wider than %i columns, in either language',
    async (terminalColumns) => {
      for (const LANG of ['C', 'zh_CN.UTF-8']) {
        const environment = { FLOWLINE_DATA: '/nowhere', NO_COLOR: '1', LANG };
        const { output } = await runCommandLine(['nodes', '--hub', hub.url], {
          terminalColumns,
          environment,
        });
        for (const line of output.split('\n'))
          expect(widthOf(line), line).toBeLessThanOrEqual(terminalColumns);
        expect(output).toContain('atlas');
      }
    },
  );

  test('containers and sessions carry their commands whole, to be copied', async () => {
    const narrow = { terminalColumns: 60, environment: { FLOWLINE_DATA: '/nowhere', NO_COLOR: '1' } };
    const commands = {
      containers: containers.map((container) => container.enterCommand),
      sessions: sessions.map((session) => session.attachCommand),
    };
    for (const [command, lines] of Object.entries(commands)) {
      const { output } = await runCommandLine([command, '--hub', hub.url], narrow);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) if (line !== null) expect(output.split('\n')).toContain(`    ${line}`);
    }
  });

  test('what could not be asked is said on stderr, machine by machine, in both languages, and is in the JSON', async () => {
    const denied = { state: 'denied', message: 'no right', remarks: null } as const;
    const nodes = lab.slice(0, 2).map((node) => {
      if (!node.sample) return node;
      const { sources } = node.sample;
      return { ...node, sample: { ...node.sample, sources: { ...sources, docker: denied, tmux: denied } } };
    });
    const blind = await startSaidHub((line) => {
      if (line.includes('/containers')) return { containers: [] };
      if (line.includes('/sessions')) return { sessions: [] };
      return { nodes };
    });
    const ask = (command: string, LANG: string) =>
      runCommandLine([command, '--hub', blind.url], { environment: { FLOWLINE_DATA: '/nowhere', LANG } });
    const names = nodes.map(({ name }) => name);
    expect((await ask('containers', 'C')).errors).toBe(
      `${names.join(', ')}: docker may not be asked: no right`,
    );
    expect((await ask('sessions', 'zh_CN.UTF-8')).errors).toContain(
      `${names.join('、')}：无权询问 tmux：no right`,
    );
    const { output, errors } = await runCommandLine(['containers', '--json', '--hub', blind.url]);
    await blind.stop();
    expect(errors).toBe('');
    expect(JSON.parse(output).sources[0]).toEqual({
      nodeId: nodes[0]?.id,
      nodeName: nodes[0]?.name,
      docker: denied,
    });
  });

  test('find prints what to paste, or the nearest miss and exit code 1', async () => {
    const found = await run(['find', '--gpus', '1', '--model', 'H100']);
    expect(found.code).toBe(0);
    expect(found.output).toMatch(/export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=\d+$/);
    const missed = await run(['find', '--gpus', '9']);
    expect(missed.code).toBe(1);
    expect(missed.output).toBe('');
    expect(missed.errors).toMatch(/best: \S+ \d of 9 \(GPU .*\); of \d+ GPUs: .*in use/);
  });

  test('find takes a bare number for MiB as said, and says so where GiB were meant', async () => {
    expect((await run(['find', '--memory', '40'])).errors).toContain('for 40 GiB say 40G');
    expect((await run(['find', '--memory', '4096'])).errors).toBe('');
    expect((await run(['find', '--memory', '40M'])).errors).toBe('');
  });

  test('processes --node of a machine that does not exist names those that do: exit 2', async () => {
    const { code, errors } = await run(['processes', '--node', 'nope']);
    expect(code).toBe(2);
    expect(errors).toMatch(/no machine is called “nope”\n.*there are: .*atlas/);
  });

  test('a machine that is offline is said to be, one that is silent with its reason', async () => {
    const hubOfTwo = await startSaidHub(() => ({
      processes: [],
      total: 0,
      unanswered: [
        { nodeId: 'd', nodeName: 'deneb', reason: 'this node is not connected', state: 'offline' },
        { nodeId: 'r', nodeName: 'rigel', reason: 'no answer within 2 s' },
      ],
    }));
    const { errors } = await runCommandLine(['processes', '--hub', hubOfTwo.url]);
    await hubOfTwo.stop();
    expect(errors).toContain('deneb, it is offline');
    expect(errors).toContain('rigel, it did not answer: no answer within 2 s');
  });

  test('a search does not find the command that makes it, and finds who has its pid elsewhere', async () => {
    const [held] = imagineLab(NOW).flatMap(({ sample }) => sample?.gpus[0]?.processes ?? []);
    const found = (pid: number, command: string) => ({
      ...held,
      nodeId: 'a',
      nodeName: 'atlas',
      gpus: [],
      gpuMemoryBytes: null,
      pid,
      command,
    });
    const hubOfOne = await startSaidHub(() => ({
      processes: [found(7, 'node flowline processes train'), found(7, 'train.py'), found(8, 'train.py')],
      total: 3,
      unanswered: [],
    }));
    const argv = ['processes', 'train', '--json', '--hub', hubOfOne.url];
    const { output } = await runCommandLine(argv, { ownPids: [7] });
    await hubOfOne.stop();
    const { processes, total } = JSON.parse(output);
    expect(processes.map((process: { command: string }) => process.command)).toEqual([
      'train.py',
      'train.py',
    ]);
    expect(total).toBe(2);
  });

  test('find --json has the nearest miss on stdout', async () => {
    const { code, output } = await run(['find', '--gpus', '9', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ nodes: [], nearest: { gpus: expect.any(Array) } });
  });
});
