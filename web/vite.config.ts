// How the console is built and served while it is worked on, and how its unit tests run.
import { defineConfig } from 'vitest/config';
import { compressed } from './compressed';

// Where `npm run dev` finds the engine.
const engine = process.env.FIRSTLINE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  build: {
    outDir: 'dist/console',
    // The content security policy allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [compressed()],
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': engine, '/auth': engine, '/version': engine },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', 'widget/**/*.test.ts', 'tests/**/*.test.ts'],
  },
});
