import { preset } from '@salp/presets/tsup'

export default preset({ main: 'src/main.ts' }, { platform: 'node' })
