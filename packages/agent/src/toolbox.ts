/** The tools of an agent, as governance and as the model see them. */

import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { z } from 'zod'
import type { Effect } from './protocol.js'
import type { Tool } from './tool.js'

/** Tools by name. */
export interface Toolbox {
  readonly names: readonly string[]
  get(name: string): Tool | undefined
  /** Effect of a tool; a tool that does not exist has none. */
  effect(name: string): Effect
  /** What the model is told. */
  readonly descriptions: readonly LanguageModelV4FunctionTool[]
  /** The descriptions as text, to be counted. */
  readonly text: string
}

/**
 * Collects tools.
 *
 * @throws RangeError if two have one name.
 */
export function createToolbox(tools: readonly Tool[]): Toolbox {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  if (byName.size !== tools.length) throw new RangeError('Cannot collect tools: two have one name')
  const descriptions = tools.map(describe)
  return {
    names: [...byName.keys()],
    get: (name) => byName.get(name),
    effect: (name) => byName.get(name)?.effect ?? 'none',
    descriptions,
    text: JSON.stringify(descriptions),
  }
}

/** All of `tools` and `own`; one of `own` takes the place of one of the same name. */
export function joinTools(tools: readonly Tool[], own: readonly Tool[]): readonly Tool[] {
  const names = new Set(own.map(({ name }) => name))
  return [...tools.filter(({ name }) => !names.has(name)), ...own]
}

function describe({ name, description, input }: Tool): LanguageModelV4FunctionTool {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' })
  return { type: 'function', name, description, inputSchema: inputSchema as LanguageModelV4FunctionTool['inputSchema'] }
}
