import { preset } from '@salp/presets/tsup'

export default preset({
  index: 'src/index.ts',
  'nets/index': 'src/nets/index.ts',
  'nets/node/index': 'src/nets/node/index.ts',
  'node/index': 'src/node/index.ts',
  // Threads of their own, started by their files.
  'node/onnx-worker': 'src/node/onnx-worker.ts',
  'nets/node/train-worker': 'src/nets/node/train-worker.ts',
  'synthesis/node/synthesis-worker': 'src/synthesis/node/synthesis-worker.ts',
  'synthesis/index': 'src/synthesis/index.ts',
  'synthesis/node/index': 'src/synthesis/node/index.ts',
  'testing/index': 'src/testing/index.ts',
  'testing/node/index': 'src/testing/node/index.ts',
})
