import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'node/index': 'src/node/index.ts',
  'vitest/index': 'src/vitest/index.ts',
  // A thread and processes of their own, started by their files.
  'node/checker-thread': 'src/node/checker-thread.ts',
  'node/sandbox-child': 'src/node/sandbox-child.ts',
})
