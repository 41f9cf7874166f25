/** The substrate as middleware of the AI SDK, for agents that use no other part of Salp. */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4ToolResultOutput,
} from '@ai-sdk/provider'
import type { Clock } from '@salp/core'
import type { CallReport, Effect, Substrate, Tier } from '../index.js'
import { perceive } from '../index.js'

/** What the middleware asks of the application. */
export interface CognitionDeps {
  readonly substrate: Substrate
  readonly clock: Pick<Clock, 'monotonic'>
}

/** How the middleware behaves. */
export interface CognitionOptions {
  /** Names the conversation; one middleware serves one at a time. */
  readonly sessionId: string
  /** Calls of tools that a turn may make. Integer, range [1, ∞). */
  readonly toolBudget: number
  /** Tokens that a turn may use. Range (0, ∞). */
  readonly tokenBudget?: number | undefined
  /** Models by tier; a tier without one is served by the wrapped model. */
  readonly models?: { readonly [Name in Tier]?: LanguageModelV4 | undefined } | undefined
  /** What a tool may change. Neighbouring calls of reads are put in order of expected free energy. @defaultValue nothing is a read */
  readonly effectOf?: ((tool: string) => Effect) | undefined
  /** Whether tools are offered to the model in order of expected free energy. @defaultValue `true` */
  readonly ordersTools?: boolean | undefined
}

/**
 * Steers a model of the AI SDK through a substrate: `wrapLanguageModel({ model, middleware: cognitionMiddleware(…) })`.
 *
 * Before each step it learns from the tool results in the prompt, each once. Then it sets what the substrate controls: the tier picks
 * the model, the temperature is scaled, tools are offered the best first, and once the turn must stop the model is offered none, so
 * that it has to answer with what it has. A reply without tool calls ends the turn. It writes nothing into the prompt.
 *
 * A latency is known only of a single call between two steps; of several, only outcomes are learnt.
 */
export function cognitionMiddleware(
  { substrate, clock }: CognitionDeps,
  { sessionId, toolBudget, tokenBudget, models = {}, effectOf = () => 'network', ordersTools = true }: CognitionOptions,
): LanguageModelV4Middleware {
  let turnId: string | undefined
  let answeredAt = 0

  const beginTurn = (prompt: LanguageModelV4CallOptions['prompt']): void => {
    const asked = prompt.filter(({ role }) => role === 'user')
    const id = `${sessionId}/${asked.length}`
    if (id === turnId) return
    if (turnId !== undefined) substrate.endTurn({ turnId, status: 'stopped' })
    turnId = id
    const last = asked.at(-1)
    const text =
      last?.role === 'user' ? last.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n') : ''
    substrate.beginTurn({ turnId, sessionId, perception: perceive(text), toolBudget, tokenBudget })
  }

  /** Learns from the results since the person last spoke. */
  const learn = (prompt: LanguageModelV4CallOptions['prompt']): void => {
    const results = prompt
      .slice(prompt.findLastIndex(({ role }) => role === 'user') + 1)
      .flatMap((message) => (message.role === 'tool' ? message.content : []))
      .flatMap((part) => (part.type === 'tool-result' ? [part] : []))
    const waited = clock.monotonic() - answeredAt
    // Results that were told of before change nothing: the substrate counts each call id once.
    const fresh = results.slice(results.length - pending)
    for (const { toolCallId, toolName, output } of results) {
      const latencyMs = pending === 1 && fresh.some((part) => part.toolCallId === toolCallId) ? waited : Number.NaN
      substrate.observe({ turnId, callId: toolCallId, tool: toolName, latencyMs, ...outcomeOf(output) })
    }
    pending = 0
  }
  /** Calls that the last reply asked for. */
  let pending = 0

  const settle = (content: readonly Pick<LanguageModelV4Content, 'type'>[], tokens: number): void => {
    substrate.spend({ turnId, tokens })
    pending = content.filter(({ type }) => type === 'tool-call').length
    answeredAt = clock.monotonic()
    if (pending > 0 || turnId === undefined) return
    substrate.endTurn({ turnId, status: 'completed' })
  }

  const modelFor = (): LanguageModelV4 | undefined => models[substrate.controls({ turnId }).tier]

  return {
    specificationVersion: 'v4',
    async transformParams({ params }) {
      beginTurn(params.prompt)
      learn(params.prompt)
      const { stop, temperature } = substrate.controls({ turnId })
      const set = temperature === undefined ? {} : { temperature }
      if (params.tools === undefined || params.tools.length === 0) return { ...params, ...set }
      if (stop !== undefined) return { ...params, ...set, toolChoice: { type: 'none' } }
      if (!ordersTools) return { ...params, ...set }
      const rank = new Map(
        substrate
          .rank(
            params.tools.map(({ name }) => ({ tool: name })),
            { turnId },
          )
          .map(({ tool }, place) => [tool, place]),
      )
      const tools = params.tools.toSorted((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0))
      return { ...params, ...set, tools }
    },
    async wrapGenerate({ doGenerate, params }): Promise<LanguageModelV4GenerateResult> {
      const result = await (modelFor()?.doGenerate(params) ?? doGenerate())
      const content = orderCalls(result.content, effectOf, substrate)
      settle(content, tokensOf(result.usage))
      return { ...result, content }
    },
    async wrapStream({ doStream, params }): Promise<LanguageModelV4StreamResult> {
      const { stream, ...rest } = await (modelFor()?.doStream(params) ?? doStream())
      const seen: Pick<LanguageModelV4Content, 'type'>[] = []
      return {
        ...rest,
        stream: stream.pipeThrough(
          new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
            transform(part, controller) {
              if (part.type === 'tool-call') seen.push(part)
              if (part.type === 'finish') settle(seen, tokensOf(part.usage))
              controller.enqueue(part)
            },
          }),
        ),
      }
    },
  }
}

/** Puts neighbouring reads in the substrate's order; every other part keeps its place, and every call id stays once. */
function orderCalls(
  content: readonly LanguageModelV4Content[],
  effectOf: (tool: string) => Effect,
  substrate: Substrate,
): LanguageModelV4Content[] {
  const calls = content.flatMap((part) => (part.type === 'tool-call' ? [part] : []))
  if (calls.length < 2) return [...content]
  const byId = new Map(calls.map((call) => [call.toolCallId, call]))
  // Twice the same id is not ours to judge.
  if (byId.size !== calls.length) return [...content]
  const order = substrate.order(
    calls.map(({ toolCallId, toolName }) => ({ id: toolCallId, tool: toolName, effect: effectOf(toolName) })),
  )
  let next = 0
  return content.map((part) => {
    if (part.type !== 'tool-call') return part
    return byId.get(order[next++] ?? '') ?? part
  })
}

function outcomeOf({ type }: LanguageModelV4ToolResultOutput): Pick<CallReport, 'outcome'> {
  if (type === 'execution-denied') return { outcome: 'denied' }
  return { outcome: type === 'error-text' || type === 'error-json' ? 'error' : 'ok' }
}

function tokensOf({ inputTokens, outputTokens }: LanguageModelV4GenerateResult['usage']): number {
  return (inputTokens.total ?? 0) + (outputTokens.total ?? 0)
}
