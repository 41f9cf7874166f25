/** Models that need files and threads: GGUF language models, sentence models on ONNX Runtime, static word vectors. */

export { EmbedderError } from './embedder-error.js'
export { GgufError } from './gguf/gguf-file.js'
export {
  type GgufModel,
  type GgufModelDeps,
  type GgufModelOptions,
  openGgufModel,
  slotFromGguf,
} from './gguf/gguf-model.js'
export { LlamaLibraryError } from './gguf/library.js'
export { createOnnxEmbedder, type OnnxEmbedder, type OnnxEmbedderOptions } from './onnx-embedder.js'
export { EmbedderRuntimeError } from './onnx-thread.js'
export { openEmbedder } from './open-embedder.js'
export type { SentenceModelOptions } from './sentence-model.js'
export { openTokenCounter } from './token-counter.js'
export {
  type ConversionProgress,
  type ConvertWordVectorsOptions,
  convertWordVectors,
  WordVectorsError,
} from './word-vectors/convert.js'
export { createWordVectorEmbedder, type WordVectorEmbedder } from './word-vectors/word-vector-embedder.js'
