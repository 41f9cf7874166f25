import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'node/index': 'src/node/index.ts',
  // A thread of its own, started by its file.
  'node/parse-thread': 'src/node/parse-thread.ts',
})
