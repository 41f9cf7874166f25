import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'node/index': 'src/node/index.ts',
})
