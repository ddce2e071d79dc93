/** What the bundle of the program is made of, and how: a chunk for each role. test/bundle.test.ts looks into it. */
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** For esbuild. @param version of the package, which the program tells. */
export const programBundle = (version: string) =>
  ({
    absWorkingDir: join(import.meta.dirname, '..'),
    // The second is the store's own thread, which src/hub/tasks/store/store.ts starts by this name.
    entryPoints: { flowline: 'src/main.ts', storeWorker: 'src/hub/tasks/store/worker.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // koffi brings a native library, which stays in node_modules.
    external: ['koffi'],
    define: { FLOWLINE_VERSION: JSON.stringify(version) },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Bundled CommonJS packages (fastify, pino) ask for Node's modules by require.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  }) satisfies BuildOptions;
