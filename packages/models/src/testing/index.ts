/** Doubles for language models. */

export { collect } from './collect.js'
export {
  type ModelScript,
  type ScriptedCall,
  type ScriptedModel,
  type ScriptedReply,
  scriptedModel,
} from './scripted-model.js'
