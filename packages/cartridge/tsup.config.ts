import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'rewrite/index': 'src/rewrite/index.ts',
})
