import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'a2a/index': 'src/a2a/index.ts',
  'acp/index': 'src/acp/index.ts',
  'mcp/index': 'src/mcp/index.ts',
  'node/index': 'src/node/index.ts',
})
