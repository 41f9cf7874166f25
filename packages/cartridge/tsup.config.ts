import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'compile/index': 'src/compile/index.ts',
  'host/index': 'src/host/index.ts',
  'node/index': 'src/node/index.ts',
  // A process of its own, started by its file.
  'node/asc-child': 'src/node/asc-child.ts',
  'rewrite/index': 'src/rewrite/index.ts',
})
