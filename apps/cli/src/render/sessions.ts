/** Conversations as lines, and what was said in one. */

import type { SessionSummary } from '@salp/agent'
import type { TranscriptMessage, TranscriptPart } from '../client/transcript-message.js'
import { summarizeCall } from './call-summary.js'
import { createMarkdownStream } from './markdown.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { ago } from './time.js'
import { oneLine, visible } from './visible.js'

/** Lists conversations. `now`: ms since the epoch. */
export function renderSessions(sessions: readonly SessionSummary[], { paint }: Style, now: number): string {
  return sessions
    .map(({ id, title, updatedAt, messageCount, active }) => {
      const about = [ago(updatedAt, now), plural(messageCount, 'message'), id].join(' · ')
      return `${oneLine(title, 100) || 'Untitled'}${active ? paint.yellow('  running') : ''}\n  ${paint.dim(about)}`
    })
    .join('\n')
}

/** Shows what was said, and done. */
export function renderTranscript(messages: readonly TranscriptMessage[], style: Style): string {
  return messages
    .map(({ role, parts }) => parts.map((part) => renderPart(role, part, style)).join(''))
    .join('\n')
    .trimEnd()
}

function renderPart(role: TranscriptMessage['role'], part: TranscriptPart, style: Style): string {
  const { paint } = style
  if (part.type === 'text') {
    const text = visible(part.text ?? '').trim()
    if (role === 'user') return `${paint.bold(`› ${text}`)}\n`
    if (!style.color) return `${text}\n`
    const markdown = createMarkdownStream(style)
    return markdown.write(text) + markdown.end()
  }
  if (part.toolName === undefined) return ''
  const { phrase, object } = summarizeCall(part.toolName, part.input)
  const mark = part.state === 'output-available' ? paint.green('✓') : paint.red('✗')
  const why = part.errorText ?? (part.state === 'output-denied' ? 'denied' : undefined)
  return `${mark} ${phrase}${object === undefined ? '' : ` ${paint.bold(object)}`}${why === undefined ? '' : paint.dim(` · ${oneLine(why, 200)}`)}\n`
}
