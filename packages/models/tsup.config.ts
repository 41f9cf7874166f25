import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'nets/index': 'src/nets/index.ts',
  'node/index': 'src/node/index.ts',
  // A thread of its own, started by its file.
  'node/onnx-worker': 'src/node/onnx-worker.ts',
  'testing/index': 'src/testing/index.ts',
  'testing/node/index': 'src/testing/node/index.ts',
})
