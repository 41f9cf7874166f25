/** What is used of `node-llama-cpp`, and how it is found. */

import { describeError, SalpError } from '@salp/core'

/** The part of `node-llama-cpp` 3 that a model needs, as {@link loadLlamaLibrary} loads it. */
export interface LlamaLibrary {
  getLlama(options: LlamaOptions): Promise<Llama>
  readonly LlamaChat: new (options: { readonly contextSequence: LlamaSequence }) => LlamaChat
}

/** How llama.cpp is started. */
export interface LlamaOptions {
  readonly gpu: 'auto' | false
  /** `never`: nothing is compiled on the machine of a user who did not ask for it. */
  readonly build: 'never'
  readonly skipDownload: true
  readonly progressLogs: false
  readonly logger: (level: string, message: string) => void
}

/** llama.cpp, started. Disposing of it disposes of all that was made with it. */
export interface Llama {
  loadModel(options: {
    readonly modelPath: string
    readonly gpuLayers?: number
    readonly loadSignal?: AbortSignal
  }): Promise<LlamaModel>
  createGrammarForJsonSchema(schema: object): Promise<object>
  getGrammarFor(type: 'json'): Promise<object>
  dispose(): Promise<void>
}

/** Weights and tokenizer. */
export interface LlamaModel {
  readonly tokenizer: object
  /** Longest context it was trained with, in tokens. */
  readonly trainContextSize: number
  createContext(options: { readonly contextSize: number; readonly createSignal?: AbortSignal }): Promise<LlamaContext>
}

/** Room for a conversation. */
export interface LlamaContext {
  readonly contextSize: number
  getSequence(): LlamaSequence
}

/** The one conversation in it, with its evaluated tokens. */
export interface LlamaSequence {
  readonly tokenMeter: { usedOutputTokens: number }
}

/** Renders conversations as the model's template asks, and has them answered. */
export interface LlamaChat {
  readonly chatWrapper: {
    generateContextState(options: {
      readonly chatHistory: readonly LlamaMessage[]
      readonly availableFunctions?: LlamaFunctions
      readonly documentFunctionParams: true
    }): { readonly contextText: { tokenize(tokenizer: object): readonly number[] } }
  }
  generateResponse(history: LlamaMessage[], options: LlamaReplyOptions): Promise<LlamaReply>
}

/** A message of a conversation. */
export type LlamaMessage =
  | { type: 'system'; text: string }
  | { type: 'user'; text: string }
  | { type: 'model'; response: LlamaResponsePart[] }

/** What a model said or did. */
export type LlamaResponsePart = string | LlamaThought | LlamaFunctionCall

/** What it thought. */
export interface LlamaThought {
  type: 'segment'
  segmentType: 'thought'
  text: string
  ended: boolean
}

/** What it called, with what came of it. */
export interface LlamaFunctionCall {
  type: 'functionCall'
  name: string
  params: unknown
  result: unknown
}

/** Functions on offer; each schema as {@link toGrammarSchema} gives it. */
export type LlamaFunctions = Readonly<Record<string, { readonly description?: string; readonly params: object }>>

/** How a reply is generated. What is absent is the library's choice: greedy, with a mild penalty on repetition. */
export interface LlamaReplyOptions {
  readonly signal: AbortSignal
  readonly maxTokens: number
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly seed?: number
  readonly repeatPenalty?: { readonly frequencyPenalty?: number; readonly presencePenalty?: number }
  readonly customStopTriggers?: readonly string[]
  readonly grammar?: object
  readonly functions?: LlamaFunctions
  readonly documentFunctionParams?: true
  readonly onResponseChunk: (chunk: LlamaChunk) => void
  readonly onFunctionCallParamsChunk?: (chunk: LlamaParamsChunk) => void
  readonly onFunctionCall?: (call: { readonly functionName: string; readonly params: unknown }) => void
}

/** A piece of text; of a segment if it says so, `thought` or `comment`. */
export interface LlamaChunk {
  readonly segmentType?: string | undefined
  readonly text: string
}

/** A piece of a call's arguments, as JSON. */
export interface LlamaParamsChunk {
  readonly functionName: string
  readonly paramsChunk: string
}

/** How a reply ended. */
export interface LlamaReply {
  readonly metadata: { readonly stopReason: string }
}

/**
 * Loads the library.
 *
 * @param name - Package to load. @defaultValue `node-llama-cpp`
 * @throws {@link LlamaLibraryError} (`models/llama-library`) if it is not installed, or is of another version.
 */
export async function loadLlamaLibrary(name: string = 'node-llama-cpp'): Promise<LlamaLibrary> {
  let library: Partial<LlamaLibrary>
  try {
    library = await import(name)
  } catch (error) {
    throw new LlamaLibraryError(name, describeError(error), error)
  }
  const { getLlama, LlamaChat } = library
  if (getLlama === undefined || LlamaChat === undefined) throw new LlamaLibraryError(name, 'it is not of version 3')
  return { getLlama, LlamaChat }
}

/** llama.cpp that is not there, or does not run on this machine. */
export class LlamaLibraryError extends SalpError {
  /** Name of the package. */
  readonly library: string
  constructor(library: string, why: string, cause?: unknown) {
    super(
      'models/llama-library',
      `Cannot run a GGUF model: "${library}" cannot be used: ${why}. Install it beside @salp/models with "npm install node-llama-cpp@3"; its install script may stay blocked`,
      { cause },
    )
    this.library = library
  }
}
