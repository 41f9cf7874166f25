/** Updates of version 1 of the protocol as those of the draft of version 2: every message has an id, and a call is one thing that changes. */

import type {
  SessionConfigOption,
  SessionUpdate,
  ToolCallContent,
  ToolCallUpdate,
} from '@agentclientprotocol/sdk/experimental/v2'
import type * as first from '@agentclientprotocol/sdk/unstable'

/** Translates the updates of one session, in order, shown live or again: both number messages alike. */
export interface DraftWriter {
  /** @param turnId - Turn that the update belongs to; also the id of what the person said in it. */
  write(turnId: string, update: first.SessionUpdate): SessionUpdate[]
}

/** Creates a writer. */
export function createDraftWriter(): DraftWriter {
  /** What the agent says after a call is another message. */
  const place = { turnId: '', part: 0 }
  return {
    write(turnId, update) {
      if (place.turnId !== turnId) Object.assign(place, { turnId, part: 0 })
      const messageId = `${turnId}-${place.part}`
      switch (update.sessionUpdate) {
        case 'user_message_chunk':
          return [{ ...update, messageId: turnId }]
        case 'agent_message_chunk':
          return [{ ...update, messageId }]
        case 'agent_thought_chunk':
          return [{ ...update, messageId }]
        case 'tool_call':
          place.part++
          return [{ ...toCall(update), sessionUpdate: 'tool_call_update' }]
        case 'tool_call_update':
          return [{ ...toCall(update), sessionUpdate: 'tool_call_update' }]
        case 'plan':
          return [{ sessionUpdate: 'plan_update', plan: { type: 'items', planId: 'tasks', entries: update.entries } }]
        case 'usage_update':
          return [{ sessionUpdate: 'usage_update', used: update.used, size: update.size }]
        case 'session_info_update':
          return [update]
        default:
          return []
      }
    },
  }
}

/** A call, without what it says of its kind of update. */
export function toCall({ content, ...call }: first.ToolCallUpdate): ToolCallUpdate {
  const { toolCallId, title, kind, status, locations, rawInput, rawOutput, _meta } = call
  return {
    toolCallId,
    ...('name' in call && { name: call.name }),
    ...(title !== undefined && { title }),
    ...(kind !== undefined && { kind }),
    ...(status !== undefined && { status }),
    ...(locations !== undefined && { locations }),
    ...(content !== undefined && { content: (content ?? []).flatMap(toContent) }),
    ...(rawInput !== undefined && { rawInput }),
    ...(rawOutput !== undefined && { rawOutput }),
    ...(_meta !== undefined && { _meta }),
  }
}

/** A change as the path that it touches, and as text: the draft takes patches of whole files alone, and we know passages. */
function toContent(content: first.ToolCallContent): ToolCallContent[] {
  if (content.type === 'content') return [content]
  if (content.type !== 'diff') return []
  const { path, oldText, newText } = content
  const side = (sign: string, text: string): string => text.replace(/^/gm, sign)
  const lines = [...(oldText == null ? [] : [side('-', oldText)]), side('+', newText)].join('\n')
  const fence = '`'.repeat(Math.max(2, ...[...lines.matchAll(/`{3,}/g)].map(([run]) => run.length)) + 1)
  return [
    { type: 'diff', changes: [oldText == null ? { operation: 'add', path } : { operation: 'modify', path }] },
    { type: 'content', content: { type: 'text', text: `${fence}diff\n${lines}\n${fence}` } },
  ]
}

/** Options, whose ids have another name. */
export function toOptions(options: readonly first.SessionConfigOption[]): SessionConfigOption[] {
  return options.flatMap((option) => {
    if (option.type !== 'select') return []
    const { id: configId, name, category, currentValue } = option
    const choices = option.options.flatMap((choice) => ('value' in choice ? [choice] : choice.options))
    return [{ type: 'select', configId, name, ...(category != null && { category }), currentValue, options: choices }]
  })
}
