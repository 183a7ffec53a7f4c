import { defineConfig } from 'vite';

export default defineConfig({
  // index.html stands at the top level; every address in the output is relative to it, so that
  // dist/ runs from any folder of any host.
  base: './',
  publicDir: 'www/public',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The page's content security policy allows no data: addresses and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  // Neither generated nor compiled files are sources to watch.
  server: { watch: { ignored: ['**/target/**', '**/.tools/**', '**/dist/**'] } },
});
