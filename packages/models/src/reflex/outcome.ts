/** What came of a call, and how its result is read. */

import type { LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'
import type { z } from 'zod'
import type { AnswerOptions } from './answer-recall.js'

/** A call that was made, and what came of it. */
export interface Outcome {
  readonly toolName: string
  readonly input: unknown
  readonly output: LanguageModelV4ToolResultOutput
}

/** Whether the call did what was asked. */
export function succeeded({ output }: Outcome): boolean {
  return output.type === 'text' || output.type === 'json' || output.type === 'content'
}

/** The result, as data or as text. */
export function resultOf(output: LanguageModelV4ToolResultOutput): unknown {
  if (output.type === 'json') return output.value
  if (output.type === 'text') return output.value
  if (output.type !== 'content') return undefined
  return output.value.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
}

/** What a call was given. */
export type Input = Readonly<Record<string, unknown>>

/** Writes a result as Markdown; nothing where it is of another shape. */
export type Renderer = (value: unknown, input: Input, options: AnswerOptions) => string | undefined

/** A renderer of results of one shape; others are shown as they are. */
export function of<Schema extends z.ZodType>(
  schema: Schema,
  render: (value: z.output<Schema>, input: Input, options: AnswerOptions) => string,
): Renderer {
  return (value, input, options) => {
    const parsed = schema.safeParse(value)
    return parsed.success ? render(parsed.data, input, options) : undefined
  }
}
