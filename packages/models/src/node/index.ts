/** Embedders that need files and threads: sentence models on ONNX Runtime, and static word vectors. */

export { EmbedderError } from './embedder-error.js'
export { createOnnxEmbedder, type OnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.js'
export { EmbedderRuntimeError } from './onnx-thread.js'
export { openEmbedder } from './open-embedder.js'
export type { SentenceModelOptions } from './sentence-model.js'
export {
  type ConversionProgress,
  type ConvertWordVectorsOptions,
  convertWordVectors,
  WordVectorsError,
} from './word-vectors/convert.js'
export { createWordVectorEmbedder, type WordVectorEmbedder } from './word-vectors/word-vector-embedder.js'
