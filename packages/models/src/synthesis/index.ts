/** A synthesizer of programs: give examples, get a function in TypeScript. It needs no language model. Portable. */

export {
  type ExampleSearch,
  type ExampleSearchOptions,
  exampleSearch,
  type PlainTask,
  readTask,
} from './example-search.js'
export type { CountGuideOptions, Counts } from './guide/counts.js'
export { type Guide, type Place, unlearnedGuide } from './guide/guide.js'
export type { GuideNet } from './guide/net.js'
export type { Wording } from './guide/wording.js'
export type { Call, Constant, Expression, Input, Variable } from './language/expression.js'
export { type Fragment, type Fragments, fragmentsByName, inline } from './language/fragment.js'
export type { Code, Each, Fold, HelperName, Parameter, Plain, Primitive, Printing, Zip } from './language/primitive.js'
export { primitives } from './language/primitives.js'
export { printProgram } from './language/print.js'
export { runProgram } from './language/program.js'
export { parseType, type Signature, SignatureError, type Type } from './language/types.js'
export { ExampleError, type Json, Values } from './language/values.js'
export {
  type GuideTrainer,
  type LearnDeps,
  type LearnOptions,
  type LearnProgress,
  type Learnt,
  type LearntOptions,
  learn,
  learntGuide,
  learntSynthesizer,
  type SolvedTraining,
  type TrainingTask,
} from './learn.js'
export { type LearnLibraryOptions, type LearntLibrary, learnLibrary } from './library/learn-library.js'
export type { Example } from './search/constants.js'
export { knowledgeName, parseSearchName, type SearchSettings, searchName } from './search-name.js'
export { mergeStates, parseState, type SynthesizerState, SynthesizerStateError, unlearned } from './state.js'
export {
  createSynthesizer,
  type SolveOptions,
  type Synthesis,
  type SynthesisProgress,
  type SynthesisTask,
  type Synthesizer,
  type SynthesizerOptions,
} from './synthesizer.js'
