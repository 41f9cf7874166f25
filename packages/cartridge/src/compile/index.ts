/** From source to module: what compilers are asked, and what they answer. */

export {
  type AscJob,
  type AscMessage,
  type AscReply,
  type AscRunner,
  assemblyScriptBackend,
} from './assemblyscript/assemblyscript.js'
export type {
  CompiledModule,
  CompiledScript,
  CompileOptions,
  CompileResult,
  CompilerBackend,
  Diagnostic,
} from './compiler.js'
export { type RustReply, type RustRunner, rustBackend } from './rust/rust.js'
export { type StripOutcome, scriptBackend, type TypeStripper } from './script/script.js'
