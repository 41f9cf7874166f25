/** A double of llama.cpp's library: it says what it is told, one piece a token, and keeps what it was asked. */

import type {
  LlamaFunctions,
  LlamaLibrary,
  LlamaMessage,
  LlamaReplyOptions,
  LlamaSequence,
} from '../../node/gguf/library.js'

/** What the double does next: says a piece, thinks one, or calls a function. */
export type LlamaAct =
  | { readonly text: string }
  | { readonly thought: string }
  | { readonly call: string; readonly params: unknown }

/** A double, with what it was asked. */
export interface LlamaDouble extends LlamaLibrary {
  readonly asked: { readonly history: readonly LlamaMessage[]; readonly options: LlamaReplyOptions }[]
  readonly loaded: { readonly modelPath: string; readonly contextSize: number }[]
  /** How often it was disposed of. */
  disposed: number
}

/**
 * Creates a double. Its prompts have a token for each character of their messages and functions.
 *
 * @param acts - Each reply, whatever it is asked; each act takes one token.
 * @param options - `before`: awaited before each act. `fails`: thrown where a model is loaded.
 */
export function llamaDouble(
  acts: readonly LlamaAct[],
  { before, fails }: { before?: ((act: number) => PromiseLike<void>) | undefined; fails?: Error | undefined } = {},
): LlamaDouble {
  const double: LlamaDouble = {
    asked: [],
    loaded: [],
    disposed: 0,
    async getLlama() {
      return {
        async loadModel({ modelPath }) {
          if (fails !== undefined) throw fails
          return {
            tokenizer: {},
            trainContextSize: 4_096,
            async createContext({ contextSize }) {
              double.loaded.push({ modelPath, contextSize })
              return { contextSize, getSequence: () => ({ tokenMeter: { usedOutputTokens: 0 } }) }
            },
          }
        },
        createGrammarForJsonSchema: async (schema) => ({ schema }),
        getGrammarFor: async (type) => ({ type }),
        async dispose() {
          double.disposed++
        },
      }
    },
    LlamaChat: class {
      readonly #meter: { usedOutputTokens: number }
      readonly chatWrapper = {
        generateContextState: (state: {
          readonly chatHistory: readonly LlamaMessage[]
          readonly availableFunctions?: LlamaFunctions
        }) => {
          const text = JSON.stringify([state.chatHistory, state.availableFunctions ?? {}])
          return { contextText: { tokenize: () => Array.from(text, () => 0) } }
        },
      }
      constructor({ contextSequence }: { readonly contextSequence: LlamaSequence }) {
        this.#meter = contextSequence.tokenMeter
      }
      async generateResponse(history: LlamaMessage[], options: LlamaReplyOptions) {
        const { signal, maxTokens, onResponseChunk, onFunctionCallParamsChunk, onFunctionCall } = options
        double.asked.push({ history, options })
        for (const [index, act] of acts.entries()) {
          await before?.(index)
          signal.throwIfAborted()
          if (index === maxTokens) return { metadata: { stopReason: 'maxTokens' } }
          this.#meter.usedOutputTokens++
          if ('text' in act) onResponseChunk({ text: act.text })
          if ('thought' in act) onResponseChunk({ segmentType: 'thought', text: act.thought })
          if ('call' in act) {
            const { call: functionName, params } = act
            onFunctionCallParamsChunk?.({ functionName, paramsChunk: JSON.stringify(params) })
            onFunctionCall?.({ functionName, params })
          }
        }
        return { metadata: { stopReason: acts.some((act) => 'call' in act) ? 'functionCalls' : 'eogToken' } }
      }
    },
  }
  return double
}
