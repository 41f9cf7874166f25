/** Whose words a call gives back. */

import type { Effect, Source } from '../protocol.js'
import type { JsonValue, Tool } from '../tool.js'
import { reachesNetwork } from '../tools/assess-command.js'

/** Surfaces on which another agent or a machine speaks, and no person. */
const foreignChannels: ReadonlySet<string> = new Set(['a2a', 'webhook', 'feed'])

/** Whose words the input of a turn is; nothing for a person's. */
export function speakerOf(channel: string): Source | undefined {
  return foreignChannels.has(channel) ? { kind: 'peer', name: channel, trust: 'foreign' } : undefined
}

/** Whose words the output of a call is, by what the tool says or else by its effect. */
export function sourceOf(tool: Tool, input: unknown, output: JsonValue): Source | undefined {
  return tool.source === undefined ? sourceByEffect(tool.effect, tool.name, input) : tool.source(input, output)
}

/** {@link sourceOf} where a tool says nothing, or is not there any more. */
export function sourceByEffect(effect: Effect, tool: string, input: unknown): Source | undefined {
  if (effect === 'network') return { kind: 'web', name: field(input, 'url') ?? tool, trust: 'foreign' }
  if (effect === 'execute') {
    const command = field(input, 'command')
    const trust = command !== undefined && reachesNetwork(command) ? 'foreign' : 'workspace'
    return { kind: 'command', name: command ?? tool, trust }
  }
  return effect === 'read' ? { kind: 'file', name: field(input, 'path') ?? tool, trust: 'workspace' } : undefined
}

/** A text of an input by its name, at most 200 characters. */
export function field(input: unknown, name: string): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const value: unknown = Object.entries(input).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value.slice(0, 200).toWellFormed() : undefined
}
