/** Builds Studio, its service worker and the player of published cartridges into `dist/`; in development it proxies to a node on its usual port. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

const node = 'http://127.0.0.1:4023'
const workerName = 'service-worker'
const publicFolder = new URL('public/', import.meta.url)

/** Pages that are of use while the node is away; the others are kept when they are first opened. */
const keptPages = /^(?:now-page|settings-page)-/
/** Writing of Latin letters; the rest is kept when it is first shown. */
const keptFonts = /-latin-wght-normal-/

export default defineConfig({
  plugins: [react(), keepShell()],
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // The content security policy allows nothing but files of our own, `data:` addresses included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: 'index.html',
        player: 'player.html',
        [workerName]: 'src/offline/worker/service-worker.ts',
      },
      output: {
        // A worker governs what lies below it, and is found again by its name.
        entryFileNames: ({ name }) => (name === workerName ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
    // One file, served from the same machine: parts would only change the order in which modules run (see no-eval.ts).
    chunkSizeWarningLimit: 640,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': node, '/v1': node, '/c': node } },
})

/** Puts the files of this build in front of the service worker, so that each build has a worker of its own. */
function keepShell(): Plugin {
  return {
    name: 'salp:shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle[`${workerName}.js`]
      if (worker?.type !== 'chunk') throw new TypeError('The build made no service worker')
      // Not every browser takes modules for workers of this kind: it has to be whole.
      if (worker.imports.length > 0) throw new TypeError(`The service worker shares ${worker.imports.join(', ')}`)
      const publicFiles = readdirSync(publicFolder)
      const files = [...shellFiles(bundle), ...publicFiles].map((name) => `/${name}`).sort()
      const hash = createHash('sha256')
      for (const name of Object.keys(bundle).sort()) hash.update(name).update(contentOf(bundle[name]))
      for (const name of publicFiles.sort()) hash.update(name).update(readFileSync(new URL(name, publicFolder)))
      const shell = { version: hash.digest('hex').slice(0, 16), files }
      worker.code = `const salpShell=${JSON.stringify(shell)};${worker.code}`
    },
  }
}

/** The page of Studio with everything that it needs to begin, and the pages that are kept. */
function shellFiles(bundle: Rolldown.OutputBundle): string[] {
  const found = new Set<string>()
  const add = (name: string): void => {
    const file = bundle[name]
    if (file?.type !== 'chunk' || found.has(name)) return
    found.add(name)
    for (const imported of file.imports) add(imported)
  }
  for (const [name, file] of Object.entries(bundle)) {
    const short = name.replace(/^assets\//, '')
    if (short === 'index.html' || keptFonts.test(short) || /^index-.*\.css$/.test(short)) found.add(name)
    if (file.type === 'chunk' && (file.facadeModuleId?.endsWith('/index.html') || keptPages.test(short))) add(name)
  }
  return [...found]
}

function contentOf(file: Rolldown.OutputChunk | Rolldown.OutputAsset | undefined): string | Uint8Array {
  return file === undefined ? '' : file.type === 'chunk' ? file.code : file.source
}
