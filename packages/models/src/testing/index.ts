/** Doubles for language models and embedders. */

export { collect } from './collect.js'
export { hashingEmbedder } from './hashing-embedder.js'
export {
  type ModelScript,
  type ScriptedCall,
  type ScriptedModel,
  type ScriptedReply,
  scriptedModel,
} from './scripted-model.js'
