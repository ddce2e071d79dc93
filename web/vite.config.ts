/** How the page is built: static files with hashed names, nothing inline, so that the hub's strict content policy holds. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  plugins: [react()],
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    // A font or picture inlined as data: would need a hole in the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Whatever parts the page is split into: no schema is made before zod was told how (withoutEval.ts).
        codeSplitting: {
          groups: [
            { name: 'schemas', test: /node_modules[\\/]zod[\\/]|withoutEval/, priority: 2 },
            // All else that is needed to begin with is one file, however many later parts share some of it.
            { name: 'page', tags: ['$initial'], priority: 1 },
          ],
        },
      },
    },
  },
});
