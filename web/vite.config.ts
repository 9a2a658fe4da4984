import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';
import { compressAssets } from './compress-assets.ts';

/** Where `npm start` listens; `npm run dev:page` serves the sources and hands every call on to it. */
const SERVICE = 'http://127.0.0.1:8080';

export default defineConfig({
  root: fileURLToPath(new URL('./', import.meta.url)),
  plugins: [preact(), compressAssets()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing becomes part of another file: what is loaded, and how large it is, stays visible.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    host: '127.0.0.1',
    // The host of the request stays as it is, or the service would take the page for a stranger's.
    proxy: Object.fromEntries(
      ['/v1', '/docs', '/healthz', '/readyz', '/metrics', '/openapi.json', '/asyncapi.json'].map((path) => [
        path,
        { target: SERVICE, ws: true },
      ]),
    ),
  },
});
