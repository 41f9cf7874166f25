import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'host/index': 'src/host/index.ts',
  'rewrite/index': 'src/rewrite/index.ts',
})
