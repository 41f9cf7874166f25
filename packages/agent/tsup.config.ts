import { preset } from '@salp/presets/tsup'

export default preset({ index: 'src/index.ts', 'acp/index': 'src/acp/index.ts', 'node/index': 'src/node/index.ts' })
