/** Builds Studio and the player of published cartridges into `dist/`; in development it proxies to a node on its usual port. */

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const node = 'http://127.0.0.1:4023'

export default defineConfig({
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // The content security policy allows nothing but files of our own, `data:` addresses included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 'player.html'] },
    // One file, served from the same machine: parts would only change the order in which modules run (see no-eval.ts).
    chunkSizeWarningLimit: 640,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': node, '/v1': node, '/c': node } },
})
