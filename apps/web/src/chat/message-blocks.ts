/** Puts the parts of a message in the order a reader wants: text, thoughts, and chains of calls. */

import type { RecalledMemory } from '@salp/agent'
import { type DynamicToolUIPart, isToolUIPart, type ToolUIPart } from 'ai'
import type { StudioMessage, TurnSummary } from '../api/contracts.js'

/** A tool call as it stands in a message. */
export type CallPart = ToolUIPart | DynamicToolUIPart

/** One thing to show; consecutive calls form one chain. */
export type Block =
  | { readonly type: 'text'; readonly key: string; readonly text: string }
  | { readonly type: 'thought'; readonly key: string; readonly text: string; readonly streaming: boolean }
  | { readonly type: 'chain'; readonly key: string; readonly calls: readonly CallPart[] }

/** A message, sorted out. */
export interface MessageView {
  readonly blocks: readonly Block[]
  /** What was recalled before the answer. */
  readonly recalled: readonly RecalledMemory[]
  readonly turn: TurnSummary | undefined
  /** The answer as plain Markdown, for copying and for announcing. */
  readonly text: string
}

/** Sorts out a message. Empty pieces are left out. */
export function viewMessage({ parts }: StudioMessage): MessageView {
  const blocks: Block[] = []
  const recalled: RecalledMemory[] = []
  let turn: TurnSummary | undefined
  for (const [index, part] of parts.entries()) {
    const key = String(index)
    if (part.type === 'text') {
      if (part.text.trim() !== '') blocks.push({ type: 'text', key, text: part.text })
    } else if (part.type === 'reasoning') {
      if (part.text.trim() !== '') {
        blocks.push({ type: 'thought', key, text: part.text, streaming: part.state === 'streaming' })
      }
    } else if (part.type === 'data-recall') {
      recalled.push(...part.data.hits)
    } else if (part.type === 'data-turn') {
      turn = part.data
    } else if (isToolUIPart(part)) {
      const last = blocks.at(-1)
      if (last?.type === 'chain') blocks[blocks.length - 1] = { ...last, calls: [...last.calls, part] }
      else blocks.push({ type: 'chain', key, calls: [part] })
    }
  }
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n')
  return { blocks, recalled, turn, text }
}

/** The text of a message, without anything else it carries. */
export function textOf({ parts }: StudioMessage): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}
