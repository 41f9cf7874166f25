import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'ai/index': 'src/ai/index.ts',
  'mcp/index': 'src/mcp/index.ts',
  'node/index': 'src/node/index.ts',
  'testing/index': 'src/testing/index.ts',
})
