/**
 * What the tests need beside npm's packages. Where the tests run as root on Debian or Ubuntu it is installed with apt;
 * elsewhere the suites that need it skip themselves by name (test/support/needs.ts), and never when CI is `true`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Program → Debian package that brings it. */
const NEEDS: Record<string, string> = {
  chromium: 'chromium',
  dockerd: 'docker.io',
  screen: 'screen',
  tmux: 'tmux',
  gcc: 'gcc',
  busybox: 'busybox-static',
  'fc-list': 'fontconfig',
  python3: 'python3',
  flock: 'util-linux',
  'systemd-analyze': 'systemd',
  nginx: 'nginx-light',
  openssl: 'openssl',
};
/** What only the long counts need. */
const SOAK_NEEDS: Record<string, string> = {
  'systemd-nspawn': 'systemd-container',
  'dbus-daemon': 'dbus',
  'qemu-aarch64-static': 'qemu-user-static',
};
/** Found by a file, for the long counts: what an emulated ARM64 program is linked with. */
const SOAK_FILES: Record<string, string> = {
  '/usr/aarch64-linux-gnu/lib/libc.so.6': 'libc6-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libstdc++.so.6': 'libstdc++6-arm64-cross',
};
/** Found by a file rather than by a program. */
const FILES: Record<string, string> = {
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc': 'fonts-noto-cjk',
  '/usr/include/stdio.h': 'libc6-dev',
};

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .some((folder) => existsSync(`${folder}/${program}`));

/** Installs what the tests miss, where that is possible; says so where it is not. */
export function installNeeds(isSoak: boolean): void {
  install(
    'tests',
    [
      ...Object.entries({ ...NEEDS, ...(isSoak ? SOAK_NEEDS : {}) }).filter(([program]) => !isThere(program)),
      ...Object.entries({ ...FILES, ...(isSoak ? SOAK_FILES : {}) }).filter(([path]) => !existsSync(path)),
    ].map(([, debianPackage]) => debianPackage),
    'the suites that need them are skipped',
  );
}

/** The same for what measurements are compared with. */
export function installReferences(): void {
  install('bench', isThere('tsp') ? [] : ['task-spooler'], 'what it measures beside FlowLine is left out');
}

function install(who: string, missing: readonly string[], otherwise: string): void {
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    console.error(`${who}: not installed here: ${missing.join(', ')}; ${otherwise}`);
    return;
  }
  console.error(`${who}: installing ${missing.join(', ')}`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
  const installed = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  });
  if (installed.status !== 0) console.error(`${who}: apt-get could not install all of them; ${otherwise}`);
}
