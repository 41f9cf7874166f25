/** Doubles for the ports of the memory, and what every implementation of them must do. */

export { checkEmbedder } from './check-embedder.js'
export { wordEmbedder } from './word-embedder.js'
