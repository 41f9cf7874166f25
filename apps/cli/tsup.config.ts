import { preset } from '@salp/presets/tsup'

export default preset(
  {
    main: 'src/main.ts',
    // A thread of its own, started by its file.
    'gym-worker': 'src/ab/gym-worker.ts',
  },
  { platform: 'node' },
)
