/**
 * Makes one file to copy for each kind of machine: `npm run build:standalone [x64] [arm64]` (this machine's kind unless
 * said) writes build/standalone/flowline-linux-ARCH. It is Node's own executable with the bundled program, the page and
 * koffi's native library inside. What is of another kind than this machine comes from the npm registry, checked against
 * the lock file.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { pack } from '../src/io/unpack.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'build', 'standalone');
const ARCHITECTURES = ['x64', 'arm64'];
/** Of Node: what postject looks for. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
/** The oldest C library that Node 24 runs with: RHEL 8, Debian 10, Ubuntu 18.10. */
const GLIBC_MINOR = 28;

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version: string; integrity: string }>;
};

const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : [process.arch];
for (const arch of wanted) {
  if (!ARCHITECTURES.includes(arch)) throw new Error(`say ${ARCHITECTURES.join(' or ')}, not ${arch}`);
}
run(process.execPath, [join(root, 'scripts', 'build.ts')]);
mkdirSync(folder, { recursive: true });
await bundleStart();
for (const arch of wanted) make(arch);

async function bundleStart(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['scripts/standaloneStart.mjs'],
    outfile: join(folder, 'start.cjs'),
    bundle: true,
    // A single executable's own script cannot be a module in Node 24.
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    logLevel: 'warning',
  });
}

function make(arch: string): void {
  const startedAtMs = Date.now();
  const node = join(placeOf(`node-linux-${arch}`), 'bin', 'node');
  const koffi = placeOf(`@koromix/koffi-linux-${arch}`);
  const library = join(koffi, `linux_${arch}`, 'koffi.node');
  for (const path of [node, library]) refuseNewerGlibc(path);
  const program = join(folder, `program-${arch}`);
  writeFileSync(program, pack(programFiles(arch, koffi)));
  const settings = join(folder, `settings-${arch}.json`);
  const blob = join(folder, `blob-${arch}`);
  writeFileSync(
    settings,
    JSON.stringify({
      main: join(folder, 'start.cjs'),
      output: blob,
      disableExperimentalSEAWarning: true,
      // Both would be made by this machine's Node, for its own processor.
      useSnapshot: false,
      useCodeCache: false,
      // Roles and children get theirs by --node-options. NODE_OPTIONS of the user's is not ours.
      execArgvExtension: 'cli',
      assets: { program },
    }),
  );
  run(process.execPath, ['--experimental-sea-config', settings]);
  const output = join(folder, `flowline-linux-${arch}`);
  rmSync(output, { force: true });
  copyFileSync(node, output);
  chmodSync(output, 0o755);
  // Before the injection: it cannot be stripped afterwards. Another processor's needs another strip: then it is larger.
  spawnSync('strip', [output], { stdio: 'ignore' });
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  run(process.execPath, [postject, output, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE]);
  for (const path of [program, settings, blob]) rmSync(path);
  const megabytes = (statSync(output).size / 1e6).toFixed(0);
  console.error(
    `flowline: ${output} (${megabytes} MB) in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s, sha256 ${hashOf(output)}`,
  );
}

/** As they lie in the folder that it is started from. */
function programFiles(arch: string, koffi: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>([
    ['package.json', Buffer.from('{"type":"module"}')],
    // A module of the disk, which may import others: the executable's own script may not.
    ['start.cjs', Buffer.from("import('./dist/flowline.js');")],
  ]);
  const add = (from: string, pattern: string, to: string): void => {
    for (const entry of globSync(pattern, { cwd: from, withFileTypes: true }).filter((found) =>
      found.isFile(),
    )) {
      const path = join(entry.parentPath, entry.name);
      files.set(join(to, path.slice(from.length + 1)), readFileSync(path));
    }
  };
  add(join(root, 'dist'), '**/*', 'dist');
  add(
    join(root, 'node_modules', 'koffi'),
    '{package.json,index.js,index.cjs,src/koffi/**/*.{js,cjs}}',
    'node_modules/koffi',
  );
  const native = `@koromix/koffi-linux-${arch}`;
  add(koffi, `{package.json,index.js,linux_${arch}/koffi.node}`, `node_modules/${native}`);
  return files;
}

/** The folder of an installed package, or of one that npm fetched for it: the lock file says which bytes it must be. */
function placeOf(name: string): string {
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`the lock file does not hold ${name}`);
  const place = join(folder, 'packages', `${basename(name)}-${locked.version}`);
  if (existsSync(join(place, 'package', 'package.json'))) return join(place, 'package');
  mkdirSync(place, { recursive: true });
  const packed = execFileSync(
    'npm',
    ['pack', '--silent', '--prefer-offline', '--pack-destination', place, `${name}@${locked.version}`],
    { encoding: 'utf8', cwd: place, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const archive = join(place, packed.trim().split('\n').at(-1) ?? '');
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== locked.integrity) throw new Error(`${name} is not what the lock file says: ${integrity}`);
  run('tar', ['-xzf', archive, '-C', place]);
  rmSync(archive);
  return join(place, 'package');
}

/** @throws where a library or executable would not start with the C library that we promise to be enough. */
function refuseNewerGlibc(path: string): void {
  const versions = readFileSync(path)
    .toString('latin1')
    .matchAll(/GLIBC_2\.(\d+)/g);
  const newest = Math.max(0, ...[...versions].map(([, minor]) => Number(minor)));
  if (newest > GLIBC_MINOR)
    throw new Error(`${path} needs glibc 2.${newest}; 2.${GLIBC_MINOR} is what we promise`);
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function run(command: string, words: string[]): void {
  const { status, stderr } = spawnSync(command, words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${stderr}`);
}
