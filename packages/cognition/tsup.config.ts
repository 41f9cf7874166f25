import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'ai/index': 'src/ai/index.ts',
  'gym/index': 'src/gym/index.ts',
  learned: 'src/learned.ts',
})
