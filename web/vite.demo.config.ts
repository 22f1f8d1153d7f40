// How the sample shop's page is built.
import { defineConfig } from 'vite';
import { compressed } from './compressed';

export default defineConfig({
  root: 'demo',
  base: '/demo/',
  build: {
    outDir: '../dist/demo',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no inlined script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [compressed()],
});
