/** What the model saw in a turn, as it goes over HTTP. */

import { z } from 'zod'
import { type AgentEvent, eventSchemas } from './protocol.js'

/** What the model saw in a turn. */
export const contextViewSchema = z.object({
  /** Absent where the session has no turn yet. */
  turnId: z.string().optional(),
  input: z.string(),
  /** What was recalled for it, the best first. */
  recalled: eventSchemas['memory:recalled'].shape.hits,
  steps: z.array(eventSchemas['context:assembled'].extend({ inputTokens: z.number().optional() })),
})

/** What the model saw in a turn. */
export type ContextView = z.infer<typeof contextViewSchema>

/** Reads it from the events of a turn. `inputTokens` is what the provider counted. */
export function toContextView(events: readonly AgentEvent[]): ContextView {
  const view: ContextView = { input: '', recalled: [], steps: [] }
  for (const event of events) {
    if (event.name === 'turn:started') Object.assign(view, { turnId: event.turnId, input: event.data.input })
    if (event.name === 'memory:recalled') view.recalled = event.data.hits
    if (event.name === 'context:assembled') view.steps.push(event.data)
    if (event.name === 'step:finished')
      Object.assign(view.steps.at(-1) ?? {}, { inputTokens: event.data.usage.inputTokens })
  }
  return view
}
