import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { preset } from '@salp/presets/tsup'

export default preset(
  {
    index: 'src/index.ts',
    'browser/index': 'src/browser/index.ts',
    'compile/index': 'src/compile/index.ts',
    'host/index': 'src/host/index.ts',
    'node/index': 'src/node/index.ts',
    // A process and threads of their own, started by their files.
    'node/asc-child': 'src/node/asc-child.ts',
    'node/strip-thread': 'src/node/strip-thread.ts',
    'node/thread': 'src/node/thread.ts',
    'rewrite/index': 'src/rewrite/index.ts',
  },
  {
    async onSuccess() {
      // What `openTemplates` reads.
      cpSync(fileURLToPath(new URL('../../fixtures/cartridges', import.meta.url)), 'dist/templates', {
        recursive: true,
      })
    },
  },
)
