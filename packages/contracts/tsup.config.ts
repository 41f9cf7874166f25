import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'testing/index': 'src/testing/index.ts',
})
