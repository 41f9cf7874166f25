/** The embedder that an operator's settings name. */

import { createOnnxEmbedder, type OnnxEmbedder } from './onnx-embedder.js'
import { createWordVectorEmbedder, type WordVectorEmbedder } from './word-vectors/word-vector-embedder.js'

/**
 * Opens an embedder; none, if nothing is named. A sentence model goes before word vectors.
 *
 * @param sentenceModel - Folder of an ONNX sentence model.
 * @param wordVectors - File of converted word vectors.
 * @throws EmbedderError, EmbedderRuntimeError or WordVectorsError if what is named cannot be used.
 */
export async function openEmbedder({
  sentenceModel,
  wordVectors,
}: {
  readonly sentenceModel?: string | undefined
  readonly wordVectors?: string | undefined
}): Promise<OnnxEmbedder | WordVectorEmbedder | undefined> {
  if (sentenceModel !== undefined) return createOnnxEmbedder({ folder: sentenceModel })
  return wordVectors === undefined ? undefined : createWordVectorEmbedder({ file: wordVectors })
}
