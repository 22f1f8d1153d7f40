// How the customer widget is built: one classic script, for one script tag on any site.
import { defineConfig } from 'vite';
import { compressed } from './compressed';

export default defineConfig({
  build: {
    outDir: 'dist',
    // The console and the demo page lie there too.
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    lib: { entry: 'widget/main.ts', formats: ['iife'], name: 'firstline', fileName: () => 'widget.js' },
  },
  plugins: [compressed({ gzipBytesMax: 15 * 1024 })],
});
