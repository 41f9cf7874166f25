/** A language model in this process: a GGUF file, run by llama.cpp. */

import { basename } from 'node:path'
import type {
  JSONSchema7,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { createTurns, describeError, type Logger } from '@salp/core'
import { PromptTooLongError } from '../../cascade/failure.js'
import type { Slot } from '../../cascade/slot.js'
import { tierOfModel } from '../../detection/slots.js'
import { createCallIds } from '../../internal/call-ids.js'
import { toChatHistory } from './chat-history.js'
import { checkGgufFile, GgufError } from './gguf-file.js'
import { toGrammarSchema, withoutAbsent } from './grammar-schema.js'
import {
  type Llama,
  type LlamaChat,
  type LlamaFunctions,
  type LlamaLibrary,
  LlamaLibraryError,
  type LlamaModel,
  type LlamaReplyOptions,
  type LlamaSequence,
  loadLlamaLibrary,
} from './library.js'
import { createReplyParts } from './reply-parts.js'

/** What a model is run with. */
export interface GgufModelDeps {
  /** Told, at level debug, what llama.cpp logs. */
  readonly log: Logger
  /** @defaultValue `node-llama-cpp`, loaded when the model is opened */
  readonly library?: LlamaLibrary | undefined
}

/** Which model to open, and how. */
export interface GgufModelOptions {
  /** The file; of a split model, its first. */
  readonly path: string
  /** Longest prompt and answer together, in tokens; no more than the model was trained with. Memory grows with it. */
  readonly contextTokens: number
  /** Layers kept on the GPU; 0 uses none. @defaultValue as many as fit */
  readonly gpuLayers?: number | undefined
}

/** An open model. Calls are answered one after another. */
export interface GgufModel extends LanguageModelV4 {
  /** Longest prompt and answer together, in tokens. */
  readonly contextTokens: number
  /** Ends what runs and frees the memory. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a model. It is loaded once, and keeps the evaluated beginning of the last prompt, so that a conversation that
 * goes on is not read again.
 *
 * Tool calls are held to their schemas by a grammar, and so is JSON that was asked for. Without a temperature the likeliest
 * token is taken, so that the same prompt gives the same reply. An abort takes effect before the next token; one batch of the
 * prompt cannot be interrupted.
 *
 * @throws {@link GgufError} (`models/gguf`) if the file is missing, is no GGUF, or cannot be loaded.
 * @throws {@link LlamaLibraryError} (`models/llama-library`) if `node-llama-cpp` is not installed or does not run here.
 * @throws The signal's reason if it aborts.
 */
export async function openGgufModel(
  { log, library }: GgufModelDeps,
  { path, contextTokens, gpuLayers }: GgufModelOptions,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<GgufModel> {
  signal?.throwIfAborted()
  await checkGgufFile(path)
  const { getLlama, LlamaChat } = library ?? (await loadLlamaLibrary())
  const llama = await startLlama(getLlama, { log, gpu: gpuLayers === 0 ? false : 'auto' })
  try {
    const model = await llama.loadModel({
      modelPath: path,
      ...(gpuLayers !== undefined && { gpuLayers }),
      ...(signal !== undefined && { loadSignal: signal }),
    })
    const context = await model.createContext({
      contextSize: Math.min(contextTokens, model.trainContextSize),
      ...(signal !== undefined && { createSignal: signal }),
    })
    const sequence = context.getSequence()
    const chat = new LlamaChat({ contextSequence: sequence })
    return serve({ llama, model, sequence, chat, path, contextTokens: context.contextSize })
  } catch (error) {
    await llama.dispose()
    signal?.throwIfAborted()
    const advice =
      'If its download broke off, fetch it again; if memory is short, lower the context or the layers on the GPU, or take a smaller quantization'
    throw new GgufError(path, `llama.cpp cannot load it (${describeError(error)}). ${advice}`, error)
  }
}

/** Makes the slot of an open model: nobody else reads a prompt, and it may take its time. */
export function slotFromGguf(model: GgufModel): Slot {
  const { modelId, contextTokens } = model
  return { name: 'gguf', model, priority: 5, tier: tierOfModel(modelId), privacy: 'local', contextTokens, silenceMs }
}

/** A long prompt is read for minutes without a GPU. In ms. */
const silenceMs = 1_800_000

async function startLlama(
  getLlama: LlamaLibrary['getLlama'],
  { log, gpu }: { log: Logger; gpu: 'auto' | false },
): Promise<Llama> {
  try {
    return await getLlama({
      gpu,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logger: (level, message) => log.debug('llama.cpp', { level, message }),
    })
  } catch (error) {
    throw new LlamaLibraryError('node-llama-cpp', describeError(error), error)
  }
}

interface Opened {
  readonly llama: Llama
  readonly model: LlamaModel
  readonly sequence: LlamaSequence
  readonly chat: LlamaChat
  readonly path: string
  readonly contextTokens: number
}

type Emit = (part: LanguageModelV4StreamPart) => void

function serve(opened: Opened): GgufModel {
  const { llama, path, contextTokens } = opened
  const modelId = basename(path, '.gguf')
  const closing = new AbortController()
  const inTurn = createTurns()
  let closed: Promise<void> | undefined

  /** Replies when those asked before are done; rejects at once when aborted, whether or not its turn has come. */
  const reply = (call: LanguageModelV4CallOptions, emit: Emit): Promise<void> => {
    const signals = [closing.signal, ...(call.abortSignal === undefined ? [] : [call.abortSignal])]
    const signal = AbortSignal.any(signals)
    const turn = inTurn(() => {
      signal.throwIfAborted()
      return generate(opened, { call, signal, emit })
    })
    return untilAborted(turn, signal)
  }
  const close = (): Promise<void> => {
    closing.abort(new GgufError(path, 'it is closed'))
    closed ??= inTurn(() => llama.dispose())
    return closed
  }

  return {
    specificationVersion: 'v4',
    provider: 'llama.cpp',
    modelId,
    supportedUrls: {},
    contextTokens,
    async doGenerate(call) {
      const parts: LanguageModelV4StreamPart[] = []
      await reply(call, (part) => parts.push(part))
      return wholeReply(parts)
    },
    async doStream(call) {
      const cancelled = new AbortController()
      const signals = [cancelled.signal, ...(call.abortSignal === undefined ? [] : [call.abortSignal])]
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          const abortSignal = AbortSignal.any(signals)
          const emit: Emit = (part) => {
            if (!abortSignal.aborted) controller.enqueue(part)
          }
          reply({ ...call, abortSignal }, emit).then(
            () => {
              if (!cancelled.signal.aborted) controller.close()
            },
            (error: unknown) => {
              if (!cancelled.signal.aborted) controller.error(error)
            },
          )
        },
        cancel: (reason) => cancelled.abort(reason),
      })
      return { stream }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Waits for `work`, but no longer than the signal allows. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Generates one reply as parts of a stream. */
async function generate(
  { llama, model, sequence, chat, path, contextTokens }: Opened,
  { call, signal, emit }: { call: LanguageModelV4CallOptions; signal: AbortSignal; emit: Emit },
): Promise<void> {
  const { tools, warnings } = offeredTools(call)
  const history = toChatHistory(call.prompt)
  const functions = tools.length === 0 ? undefined : toFunctions(tools)
  const { contextText } = chat.chatWrapper.generateContextState({
    chatHistory: history,
    ...(functions !== undefined && { availableFunctions: functions }),
    documentFunctionParams: true,
  })
  const promptTokens = contextText.tokenize(model.tokenizer).length
  const room = contextTokens - promptTokens - 1
  if (room < 1) throw new PromptTooLongError(path, { promptTokens, contextTokens })

  const nextId = createCallIds('gguf', call.prompt)
  const parts = createReplyParts({ emit, nextId, fit: (name, value) => withoutAbsent(value, schemaOf(tools, name)) })
  const generatedBefore = sequence.tokenMeter.usedOutputTokens
  emit({ type: 'stream-start', warnings })
  const options: LlamaReplyOptions = {
    ...sampling(call),
    signal,
    maxTokens: Math.min(call.maxOutputTokens ?? room, room),
    onResponseChunk: parts.text,
    ...(functions === undefined
      ? await grammarOf(llama, call)
      : {
          functions,
          documentFunctionParams: true,
          onFunctionCallParamsChunk: parts.params,
          onFunctionCall: parts.call,
        }),
  }
  const { metadata } = await chat.generateResponse(history, options).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new GgufError(path, `the reply failed (${describeError(error)})`, error)
  })
  parts.end()
  const generated = sequence.tokenMeter.usedOutputTokens - generatedBefore
  emit({ type: 'finish', finishReason: finishReason(metadata.stopReason), usage: usage(promptTokens, generated) })
}

/** The tools a call may use, with a warning for what cannot be held to. */
function offeredTools({ tools = [], toolChoice, responseFormat }: LanguageModelV4CallOptions): {
  tools: LanguageModelV4FunctionTool[]
  warnings: SharedV4Warning[]
} {
  const warnings: SharedV4Warning[] = []
  const offered = tools.filter((tool): tool is LanguageModelV4FunctionTool => {
    if (toolChoice?.type === 'none') return false
    if (tool.type === 'provider') warnings.push({ type: 'unsupported', feature: `tool "${tool.name}" of a provider` })
    return tool.type === 'function' && (toolChoice?.type !== 'tool' || toolChoice.toolName === tool.name)
  })
  if (toolChoice?.type === 'required' || toolChoice?.type === 'tool') {
    warnings.push({ type: 'unsupported', feature: 'toolChoice', details: 'A call is offered, not forced' })
  }
  if (offered.length > 0 && responseFormat?.type === 'json') {
    warnings.push({ type: 'unsupported', feature: 'responseFormat', details: 'JSON is not enforced beside tools' })
  }
  return { tools: offered, warnings }
}

function toFunctions(tools: readonly LanguageModelV4FunctionTool[]): LlamaFunctions {
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      { ...(description !== undefined && { description }), params: toGrammarSchema(inputSchema) },
    ]),
  )
}

function schemaOf(tools: readonly LanguageModelV4FunctionTool[], name: string): JSONSchema7 | undefined {
  return tools.find((tool) => tool.name === name)?.inputSchema
}

async function grammarOf(
  llama: Llama,
  { responseFormat }: LanguageModelV4CallOptions,
): Promise<Pick<LlamaReplyOptions, 'grammar'>> {
  if (responseFormat?.type !== 'json') return {}
  const { schema } = responseFormat
  return {
    grammar: await (schema === undefined
      ? llama.getGrammarFor('json')
      : llama.createGrammarForJsonSchema(toGrammarSchema(schema))),
  }
}

function sampling({
  temperature,
  topK,
  topP,
  seed,
  frequencyPenalty,
  presencePenalty,
  stopSequences,
}: LanguageModelV4CallOptions): Omit<LlamaReplyOptions, 'signal' | 'maxTokens' | 'onResponseChunk'> {
  const penalised = frequencyPenalty !== undefined || presencePenalty !== undefined
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(seed !== undefined && { seed }),
    ...(penalised && {
      repeatPenalty: {
        ...(frequencyPenalty !== undefined && { frequencyPenalty }),
        ...(presencePenalty !== undefined && { presencePenalty }),
      },
    }),
    ...(stopSequences !== undefined && { customStopTriggers: stopSequences }),
  }
}

function finishReason(raw: string): LanguageModelV4FinishReason {
  switch (raw) {
    case 'maxTokens':
      return { unified: 'length', raw }
    case 'functionCalls':
      return { unified: 'tool-calls', raw }
    default:
      return { unified: 'stop', raw }
  }
}

function usage(input: number, output: number): LanguageModelV4Usage {
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  }
}

/** Puts the parts of a whole stream together. */
function wholeReply(parts: readonly LanguageModelV4StreamPart[]): Awaited<ReturnType<LanguageModelV4['doGenerate']>> {
  const content: LanguageModelV4Content[] = []
  let warnings: SharedV4Warning[] = []
  let finish: { finishReason: LanguageModelV4FinishReason; usage: LanguageModelV4Usage } | undefined
  for (const part of parts) {
    const block = content.at(-1)
    switch (part.type) {
      case 'stream-start':
        warnings = part.warnings
        break
      case 'text-start':
        content.push({ type: 'text', text: '' })
        break
      case 'reasoning-start':
        content.push({ type: 'reasoning', text: '' })
        break
      case 'text-delta':
      case 'reasoning-delta':
        if (block?.type === 'text' || block?.type === 'reasoning') block.text += part.delta
        break
      case 'tool-call':
        content.push(part)
        break
      case 'finish':
        finish = part
    }
  }
  if (finish === undefined) throw new TypeError('Cannot give a reply: it has no end')
  return { content, warnings, finishReason: finish.finishReason, usage: finish.usage }
}
