/** Hub and agent as services of a real systemd, booted in a container: what no stand-in can say. In `npm run soak` only. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandWord, settingWord } from '../../src/cli/service/quoting.ts';
import { type BootedSystemd, bootSystemd } from '../support/bootedSystemd.ts';
import { lacking } from '../support/needs.ts';
import { waitFor } from '../support/waitFor.ts';

const missing = lacking('systemd-nspawn', 'nsenter', 'dbus-daemon');
const why =
  process.env.FLOWLINE_SOAK !== 'true'
    ? 'it boots a machine; --soak runs it'
    : process.getuid?.() !== 0
      ? 'it needs root'
      : missing.length > 0
        ? `it needs ${missing.join(', ')}`
        : null;

describe.skipIf(why !== null)(`a booted systemd${why === null ? '' : `: ${why}`}`, () => {
  let machine: BootedSystemd;
  beforeAll(async () => {
    machine = await bootSystemd();
  }, 200_000);
  afterAll(() => machine?.stop());

  test('every word of a unit reaches the program as it was', async () => {
    const word = fc
      .oneof(
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.string({ unit: 'binary-ascii', maxLength: 30 }),
      )
      .filter((text) => !text.includes('\0') && !/\p{Noncharacter_Code_Point}/u.test(text));
    const samples = fc.sample(fc.array(word, { minLength: 1, maxLength: 8 }), { numRuns: 200, seed: 4711 });
    for (const [place, words] of samples.entries()) {
      const script = `printf '%s\\0' "$V" "$@" > /var/lib/words-${place}`;
      writeFileSync(
        join(machine.root, `etc/systemd/system/words-${place}.service`),
        [
          '[Service]',
          'Type=oneshot',
          `Environment=${settingWord(`V=${words[0]}`)}`,
          `ExecStart=${['/bin/sh', '-c', script, 'sh', ...words].map(commandWord).join(' ')}`,
          '',
        ].join('\n'),
      );
    }
    await machine.run(
      `systemctl daemon-reload; systemctl start ${samples.map((_, place) => `words-${place}`).join(' ')}`,
    );
    const wrong: unknown[] = [];
    for (const [place, words] of samples.entries()) {
      const got = readFileSync(join(machine.root, `var/lib/words-${place}`), 'utf8')
        .split('\0')
        .slice(0, -1);
      const expected = [words[0], ...words];
      if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push({ got, expected });
    }
    expect(wrong).toEqual([]);
  });

  test('a run goes on while its agent is restarted, killed, uninstalled and installed again; its exit code is right', async () => {
    const { run } = machine;
    expect(await run('useradd -m lab; flowline service install hub')).toContain(
      'flowline-hub.service is installed',
    );
    const install = 'flowline service install agent --run-as lab --hub http://127.0.0.1:3569';
    expect(
      await run(`FLOWLINE_JOIN_TOKEN=$(flowline token create --scope join 2>/dev/null) ${install}`),
    ).toContain('flowline-agent.service is installed');
    const node = (
      await run('flowline nodes --json | grep -o \'"hostname": *"[^"]*"\' | head -1 | cut -d\'"\' -f4')
    ).trim();
    await run(`flowline nodes allow ${node}`);
    await run(
      `cd /tmp; export FLOWLINE_TOKEN=$(flowline token create --scope submit --label lab 2>/dev/null);
       runuser -u lab -- env FLOWLINE_TOKEN=$FLOWLINE_TOKEN flowline submit --gpus 0 -- sh -c 'while ! [ -e /tmp/enough ]; do sleep 0.2; done; exit 7'`,
    );
    const program = await waitFor(
      'the run',
      async () => /\d+/.exec(await run("pgrep -f '^sh -c while'"))?.[0],
      20_000,
    );
    for (const act of [
      'systemctl restart flowline-agent',
      'systemctl kill -s KILL --kill-whom=main flowline-agent',
      'systemctl restart flowline-hub',
      'flowline service uninstall agent',
      install,
    ]) {
      await run(act);
      expect(await run("pgrep -f '^sh -c while'"), act).toContain(program);
    }
    await run('touch /tmp/enough');
    await waitFor('its end', async () => (await run('flowline show t1')).includes('exit 7'), 30_000);
    expect(await run('flowline service status')).toMatch(
      /hub, of the machine +active +yes[\s\S]*agent, of the machine +active +yes/,
    );
  });

  test('without root: a user’s own agent, started without a login, whose run has no right less', async () => {
    const { run } = machine;
    const bob = `runuser -u bob -- env -i HOME=/home/bob PATH=$PATH`;
    expect(await run('useradd -m bob; flowline service uninstall agent')).toContain('removed');
    const said = await run(
      `J=$(flowline token create --scope join 2>/dev/null); ${bob} FLOWLINE_JOIN_TOKEN=$J flowline service install agent --user --hub http://127.0.0.1:3569`,
    );
    expect(said).toContain('flowline-agent.service is installed (/home/bob/.config/systemd/user/');
    expect(await run(`${bob} flowline service status`)).toMatch(/agent, of this user +active +yes/);
    const pid = (await run("pgrep -u bob -f 'flowline.js agent'")).trim();
    expect(await run(`cat /proc/${pid}/status`)).toMatch(/NoNewPrivs:\s+0/);
    expect(
      await run(`${bob} XDG_RUNTIME_DIR=/run/user/$(id -u bob) flowline service uninstall agent --user`),
    ).toContain('removed');
  });
});
