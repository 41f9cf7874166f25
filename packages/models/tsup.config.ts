import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'testing/index': 'src/testing/index.ts',
  'testing/node/index': 'src/testing/node/index.ts',
})
