/** Each process loads only its role: what the bundle's chunks hold, as esbuild tells it, from where each process begins. */
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { programBundle } from '../scripts/programBundle.ts';

type Outputs = Awaited<ReturnType<typeof bundled>>;
let outputs: Outputs;
beforeAll(async () => {
  outputs = await bundled();
});

async function bundled() {
  const { metafile } = await build({ ...programBundle('test'), metafile: true, write: false });
  return metafile.outputs;
}

/** Packages, and rooms of src/, of whatever is loaded with the module that a process begins with. */
function loadedWith(begins: string): Set<string> {
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === begins);
  if (first === undefined)
    throw new Error(`${begins} has no chunk of its own: is it imported where it begins?`);
  const chunks = new Set([first]);
  // What a dynamic import names is loaded later, if ever. A set that grows while it is gone through is gone through whole.
  for (const chunk of chunks)
    for (const { path, kind } of outputs[chunk]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) chunks.add(path);
  return new Set(
    [...chunks].flatMap((chunk) =>
      Object.entries(outputs[chunk]?.inputs ?? {})
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(
          ([path]) =>
            /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/'),
        ),
    ),
  );
}

describe('the bundle', () => {
  test.each([
    // Sampled once a second for years: a child that parses no schema and serves nobody.
    [
      'src/agent/drivers/nvml/child.ts',
      ['zod', 'fastify', 'ws', 'pino', 'commander', 'src/hub', 'src/cli', 'src/io'],
    ],
    [
      'src/agent/collectors/host/mountChild.ts',
      ['zod', 'fastify', 'ws', 'pino', 'commander', 'src/hub', 'src/model'],
    ],
    ['src/agent/tableSync/keeperChild.ts', ['fastify', 'ws', 'commander', 'src/hub', 'src/cli']],
    ['src/agent/flow/flowRunner.ts', ['fastify', 'ws', 'commander', 'src/hub', 'src/cli']],
    ['src/hub/tasks/store/worker.ts', ['zod', 'fastify', 'ws', 'pino', 'commander', 'src/agent', 'src/cli']],
    // The commands, as somebody types them.
    [
      'src/cli/program.ts',
      ['fastify', 'ws', 'pino', 'src/hub', 'src/agent', 'src/dialects', 'src/simulator'],
    ],
    ['src/roles/agent.ts', ['fastify', 'src/hub', 'src/dialects', 'src/simulator']],
    ['src/roles/hub.ts', ['src/agent', 'src/simulator']],
    ['src/roles/up.ts', ['src/simulator']],
    ['src/roles/readOnce.ts', ['fastify', 'ws', 'src/hub', 'src/dialects', 'src/simulator']],
  ])('of a process that begins with %s has nothing of %j', (begins, foreign) => {
    const loaded = loadedWith(begins);
    expect(foreign.filter((name) => loaded.has(name))).toEqual([]);
    expect(loaded.has(begins.split('/').slice(0, 2).join('/'))).toBe(true);
  });
});
