/** A synthesizer of programs: give examples, get a function in TypeScript. It needs no language model. Portable. */

export { type Guide, type Place, unlearnedGuide } from './guide/guide.js'
export type { Call, Constant, Expression, Input, Variable } from './language/expression.js'
export type { Fragment } from './language/fragment.js'
export { primitives } from './language/primitives.js'
export { printProgram } from './language/print.js'
export { runProgram } from './language/program.js'
export { parseType, type Signature, SignatureError, type Type } from './language/types.js'
export { ExampleError } from './language/values.js'
export type { Example } from './search/constants.js'
export {
  createSynthesizer,
  type SolveOptions,
  type Synthesis,
  type SynthesisProgress,
  type SynthesisTask,
  type Synthesizer,
  type SynthesizerOptions,
} from './synthesizer.js'
