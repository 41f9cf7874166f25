/** Middleware that makes real tool calls of what a model wrote as text, and mends the ones it made badly. */

import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4FunctionTool,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider'
import { createCallIds } from '../internal/call-ids.js'
import { finishText, type ParsedText, parseToolCalls } from './parse-tool-calls.js'
import { createScanner, type Scanner } from './scan.js'
import { parseTolerantJson } from './tolerant-json.js'
import { createToolbox, fitArguments, type Toolbox } from './toolbox.js'

/** How calls are repaired. */
export interface RepairOptions {
  /** Names a call that was found in text. @defaultValue an id made from the prompt, so that a replay gives the same */
  readonly ids?: (() => string) | undefined
}

/**
 * Creates middleware that repairs tool calls; see {@link parseToolCalls} for the forms of text it understands.
 *
 * Text is searched only in a reply without a call of its own, where tools are on offer and not forbidden; a reply with calls
 * found in it finishes for the reason `tool-calls`. In a stream, text passes through at once except while it may be the
 * beginning of a call. Native calls get the tool's right name and JSON that parses. A call cut off by the length limit
 * is not completed: half a file must not be written.
 */
export function repairToolCalls({ ids }: RepairOptions = {}): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params }) {
      const result = await doGenerate()
      const tools = functionTools(params)
      const toolbox = createToolbox(tools)
      const cut = result.finishReason.unified === 'length'
      if (result.content.some((part) => part.type === 'tool-call')) {
        const content = result.content.map((part) => (part.type === 'tool-call' ? mendCall(part, toolbox, cut) : part))
        return { ...result, content }
      }
      if (!mayCall(params)) return result
      const nextId = ids ?? createCallIds('text', params.prompt)
      const content = result.content.flatMap((part): LanguageModelV4Content[] => {
        if (part.type !== 'text') return [part]
        const { text, calls } = usable(parseToolCalls(part.text, tools), part.text, cut)
        return [...(text.trim() === '' ? [] : [{ ...part, text }]), ...calls.map((call) => toCall(call, nextId))]
      })
      return { ...result, content, finishReason: reasonFor(content, result.finishReason) }
    },
    async wrapStream({ doStream, params }) {
      const { stream, ...result } = await doStream()
      return { ...result, stream: stream.pipeThrough(repairStream(params, ids)) }
    },
  }
}

function functionTools({ tools = [] }: LanguageModelV4CallOptions): LanguageModelV4FunctionTool[] {
  return tools.filter((tool) => tool.type === 'function')
}

function mayCall(params: LanguageModelV4CallOptions): boolean {
  return functionTools(params).length > 0 && params.toolChoice?.type !== 'none'
}

/** Leaves the text alone if a call in it was cut off by the length limit. */
function usable(parsed: ParsedText, whole: string, cut: boolean): ParsedText {
  return cut && parsed.calls.some(({ truncated }) => truncated) ? { calls: [], text: whole } : parsed
}

function toCall({ toolName, input }: ParsedText['calls'][number], nextId: () => string): LanguageModelV4ToolCall {
  return { type: 'tool-call', toolCallId: nextId(), toolName, input: JSON.stringify(input) }
}

function reasonFor(
  content: readonly { readonly type: string }[],
  reason: LanguageModelV4FinishReason,
): LanguageModelV4FinishReason {
  return content.some(({ type }) => type === 'tool-call') ? { ...reason, unified: 'tool-calls' } : reason
}

function mendCall(call: LanguageModelV4ToolCall, toolbox: Toolbox, cut: boolean): LanguageModelV4ToolCall {
  if (call.providerExecuted === true) return call
  const tool = toolbox.resolve(call.toolName)
  const named = tool === undefined ? call : { ...call, toolName: tool.name }
  if (cut && isCutOff(call)) return named
  const text = call.input.trim()
  const written = text === '' ? {} : parseTolerantJson(unquote(text))
  const input = written === undefined ? undefined : fitArguments(tool, written)
  return input === undefined ? named : { ...named, input: JSON.stringify(input) }
}

/** Whether the arguments end before they are finished. */
function isCutOff({ input }: LanguageModelV4ToolCall): boolean {
  return !/(?:[}\]"]|^)\s*$/.test(input)
}

/** Arguments that were encoded twice. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  const [inner] = [parseTolerantJson(`[${text}]`) ?? []].flat()
  return typeof inner === 'string' ? inner : text
}

type Controller = TransformStreamDefaultController<LanguageModelV4StreamPart>

interface Block {
  readonly id: string
  readonly scanner: Scanner
  sent: number
  open: boolean
  /** What it holds, once it has ended with calls in it. */
  parsed?: ParsedText
}

function repairStream(
  params: LanguageModelV4CallOptions,
  ids: RepairOptions['ids'],
): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  const toolbox = createToolbox(functionTools(params))
  const nextId = ids ?? createCallIds('text', params.prompt)
  const blocks = new Map<string, Block>()
  /** What ended and waits for the finish reason: blocks with calls in them, calls that are cut off. */
  const ended: Block[] = []
  const cutOff: LanguageModelV4ToolCall[] = []
  let native = !mayCall(params)

  const send = (block: Block, delta: string, controller: Controller): void => {
    if (delta === '') return
    if (!block.open) controller.enqueue({ type: 'text-start', id: block.id })
    block.open = true
    block.sent += delta.length
    controller.enqueue({ type: 'text-delta', id: block.id, delta })
  }
  const release = (block: Block, controller: Controller): void => {
    send(block, block.scanner.text().slice(block.sent), controller)
    if (block.open) controller.enqueue({ type: 'text-end', id: block.id })
    block.open = false
  }

  return new TransformStream({
    transform(part, controller) {
      switch (part.type) {
        case 'text-start':
          blocks.set(part.id, { id: part.id, scanner: createScanner(toolbox), sent: 0, open: false })
          return
        case 'text-delta': {
          const block = blocks.get(part.id)
          if (block === undefined) return
          const certain = block.scanner.push(part.delta)
          const text = block.scanner.text()
          send(block, text.slice(block.sent, native ? text.length : Math.max(certain, block.sent)), controller)
          return
        }
        case 'text-end': {
          const block = blocks.get(part.id)
          blocks.delete(part.id)
          if (block === undefined) return
          if (native) return release(block, controller)
          block.parsed = finishText(block.scanner, toolbox, block.sent)
          if (block.parsed.calls.length > 0) ended.push(block)
          else release(block, controller)
          return
        }
        case 'tool-input-start':
          native = true
          for (const block of [...ended.splice(0), ...blocks.values()]) release(block, controller)
          controller.enqueue({ ...part, toolName: toolbox.resolve(part.toolName)?.name ?? part.toolName })
          return
        case 'tool-call':
          native = true
          for (const block of ended.splice(0)) release(block, controller)
          if (isCutOff(part)) cutOff.push(part)
          else controller.enqueue(mendCall(part, toolbox, false))
          return
        case 'finish': {
          const cut = part.finishReason.unified === 'length'
          for (const call of cutOff) controller.enqueue(mendCall(call, toolbox, cut))
          const calls: LanguageModelV4ToolCall[] = []
          for (const block of ended) {
            const whole = block.scanner.text().slice(block.sent)
            const { text, calls: found } = usable(block.parsed ?? { calls: [], text: whole }, whole, cut)
            send(block, text, controller)
            if (block.open) controller.enqueue({ type: 'text-end', id: block.id })
            calls.push(...found.map((call) => toCall(call, nextId)))
          }
          for (const call of calls) {
            const { toolCallId: id, toolName, input } = call
            controller.enqueue({ type: 'tool-input-start', id, toolName })
            controller.enqueue({ type: 'tool-input-delta', id, delta: input })
            controller.enqueue({ type: 'tool-input-end', id })
            controller.enqueue(call)
          }
          controller.enqueue({ ...part, finishReason: reasonFor(calls, part.finishReason) })
          return
        }
        case 'error':
          for (const block of [...ended.splice(0), ...blocks.values()]) release(block, controller)
          blocks.clear()
      }
      controller.enqueue(part)
    },
  })
}
