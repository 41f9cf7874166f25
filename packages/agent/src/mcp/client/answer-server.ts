/** What a server may ask in the middle of a call: something of the person, or of the language model. */

import type { LanguageModelV4 } from '@ai-sdk/provider'
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitRequestFormParams,
  ElicitResult,
} from '@modelcontextprotocol/client'
import { cut } from '@salp/core'
import type { Questions } from '../../session/questions.js'
import type { ToolContext } from '../../tool.js'

/** What answering asks of the application. */
export interface AnswerDeps {
  readonly questions: Pick<Questions, 'ask'>
  readonly model: Pick<LanguageModelV4, 'doGenerate' | 'modelId'>
}

/** A call in which a server asks; `asks` counts what it asked. */
export interface RunningCall {
  readonly context: ToolContext
  asks: number
}

const refuse = 'Refuse'
/** Questions of one call. */
const mostAsks = 10
/** Fields of one form, characters of one request to the model, and tokens of its answer. */
const mostFields = 5
const promptLength = 20_000
const answerTokens = 2_000

/** A question of a call of its own: the person sees who asks, and every question is on record. */
async function ask(
  { questions }: AnswerDeps,
  { server, call }: { server: string; call: RunningCall },
  question: string,
  options: readonly string[],
): Promise<string> {
  const callId = `${call.context.callId}:${++call.asks}`
  if (call.asks > mostAsks) throw new RangeError(`Cannot ask: at most ${mostAsks} questions are put in one call`)
  return questions.ask(`The MCP server "${server}" ${question}`, options, { ...call.context, callId })
}

/** Puts a form to the person, field by field. Anything but an answer to each is a refusal. */
export async function answerForm(
  deps: AnswerDeps,
  place: { server: string; call: RunningCall },
  { message, requestedSchema: { properties, required = [] } }: ElicitRequestFormParams,
): Promise<ElicitResult> {
  const fields = Object.entries(properties)
  if (fields.length > mostFields) return { action: 'decline' }
  const content: Record<string, string | number | boolean | string[]> = {}
  if (fields.length === 0) {
    const answer = await ask(deps, place, `asks: ${shown(message)}`, ['Agree', refuse])
    return answer === 'Agree' ? { action: 'accept', content } : { action: 'decline' }
  }
  for (const [name, field] of fields) {
    const title = 'title' in field && typeof field.title === 'string' ? field.title : name
    const about = fields.length === 1 ? '' : ` (${shown(title)})`
    const preset = 'default' in field ? field.default : undefined
    const usual = preset === undefined ? '' : ` [usually ${String(preset)}]`
    const answer = await ask(deps, place, `asks: ${shown(message)}${about}${usual}`, [...choicesOf(field), refuse])
    if (answer === refuse) return { action: 'decline' }
    const value = answer.trim() === '' && preset !== undefined ? preset : toValue(field, answer)
    if (value !== undefined) content[name] = value
    else if (required.includes(name)) return { action: 'decline' }
  }
  return { action: 'accept', content }
}

type Field = ElicitRequestFormParams['requestedSchema']['properties'][string]

function choicesOf(field: Field): string[] {
  if (field.type === 'boolean') return ['yes', 'no']
  if ('enum' in field && Array.isArray(field.enum)) return field.enum.map(String).slice(0, 9)
  if ('oneOf' in field && Array.isArray(field.oneOf)) return field.oneOf.map((one) => String(one.const)).slice(0, 9)
  return []
}

/** The answer as the field wants it; nothing where it does not fit. */
function toValue(field: Field, answer: string): string | number | boolean | string[] | undefined {
  const text = answer.trim()
  if (field.type === 'boolean')
    return /^(?:y|yes|true)$/i.test(text) ? true : /^(?:n|no|false)$/i.test(text) ? false : undefined
  if (field.type === 'number' || field.type === 'integer') {
    const value = Number(text)
    const whole = field.type === 'number' || Number.isInteger(value)
    return text !== '' && Number.isFinite(value) && whole ? value : undefined
  }
  if (field.type === 'array') return text.split(/\s*,\s*/).filter((item) => item !== '')
  const choices = choicesOf(field)
  return text === '' || (choices.length > 0 && !choices.includes(text)) ? undefined : text
}

/** Lets a server use the language model, once the person agrees to what it wants to ask it. */
export async function answerSampling(
  deps: AnswerDeps,
  place: { server: string; call: RunningCall },
  { messages, systemPrompt, maxTokens, temperature, stopSequences }: CreateMessageRequestParams,
): Promise<CreateMessageResult> {
  const spoken = messages.map(({ role, content }) => ({ role, text: textOf(content) }))
  const length = spoken.reduce((sum, { text }) => sum + text.length, systemPrompt?.length ?? 0)
  if (length > promptLength) throw new RangeError(`Cannot ask the model: ${length} characters, at most ${promptLength}`)
  const said = spoken.map(({ role, text }) => `${role}: ${shown(text)}`).join('\n')
  const wants = `wants to ask the language model, at your cost:\n${said}`
  if ((await ask(deps, place, wants, ['Allow once', refuse])) !== 'Allow once')
    throw new RangeError('Cannot ask the model: the person refused')
  const { content, finishReason } = await deps.model.doGenerate({
    prompt: [
      ...(systemPrompt === undefined ? [] : [{ role: 'system' as const, content: systemPrompt }]),
      ...spoken.map(({ role, text }) => ({ role, content: [{ type: 'text' as const, text }] })),
    ],
    maxOutputTokens: Math.min(maxTokens, answerTokens),
    abortSignal: place.call.context.signal,
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences !== undefined && { stopSequences }),
  })
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return {
    role: 'assistant',
    content: { type: 'text', text },
    model: deps.model.modelId,
    stopReason: finishReason.unified === 'length' ? 'maxTokens' : 'endTurn',
  }
}

/** The text of a message; other content has no way to the model. */
function textOf(content: CreateMessageRequestParams['messages'][number]['content']): string {
  const blocks = Array.isArray(content) ? content : [content]
  return blocks
    .map((block) => {
      if (block.type !== 'text') throw new RangeError(`Cannot ask the model: content of type "${block.type}"`)
      return block.text
    })
    .join('\n')
}

function shown(text: string): string {
  return cut(text.replace(/[\p{Cc}\p{Cf}]+/gu, ' '), 500)
}
