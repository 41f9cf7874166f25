/** A turn for a reader: each event becomes what to print, and what to say is going on. */

import type { AgentEvent, RecalledMemory, TurnEvents } from '@salp/agent'
import { type CallSummary, summarizeCall, summarizeOutcome } from './call-summary.js'
import { createMarkdownStream } from './markdown.js'
import { provenance } from './memory.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { duration } from './time.js'
import { oneLine, visible } from './visible.js'

/** What an event gives to show. */
export interface Frame {
  /** Words of the agent, for standard output. */
  readonly answer: string
  /** Whole lines about what it does, for standard error. */
  readonly note: string
  /** What goes on now; absent when nothing does, or while a line of the answer is open. */
  readonly status?: string | undefined
}

/** How a turn is shown. */
export interface TurnViewOptions {
  /** How the answer looks; absent when it goes to no terminal, which gets it as it was written. */
  readonly answer?: Style | undefined
  /** How notes look. */
  readonly notes: Style
  /** Adds a last line with the model, the time and the tokens. */
  readonly summary: boolean
  /** ms since the epoch, for how long ago a memory is. */
  readonly now: () => number
}

/** Shows the events of one turn, in order. */
export interface TurnView {
  show(event: AgentEvent): Frame
}

/** Calls shorter than this are shown without their duration, in ms. */
const worthTimingMs = 100

/** Memories that are named; others are counted. */
const shownMemories = 3

/** Creates the view of one turn. */
export function createTurnView({ answer, notes, summary, now }: TurnViewOptions): TurnView {
  const { paint } = notes
  const markdown = answer?.color === true ? createMarkdownStream(answer) : undefined
  const calls = new Map<string, CallSummary>()
  const running = new Map<string, string>()
  let written = ''
  let lineOpen = false
  let paragraphDue = false
  let model = ''

  const say = (delta: string): string => {
    const words = answer === undefined ? delta : visible(delta)
    const gap = paragraphDue ? '\n' : ''
    paragraphDue = false
    lineOpen = true
    written += delta
    return gap + (markdown === undefined ? words : markdown.write(words))
  }
  /** Ends the line of the answer, so that something else can be shown. */
  const endLine = (): string => {
    if (!lineOpen) return ''
    lineOpen = false
    paragraphDue = true
    if (markdown !== undefined) return markdown.end()
    return written.endsWith('\n') ? '' : '\n'
  }
  const frame = (parts: Partial<Frame>): Frame => ({ answer: '', note: '', ...parts })
  const busy = (): string => [...running.values()].at(-1) ?? 'Thinking'

  const finishCall = ({ callId, tool, outcome, durationMs }: TurnEvents['call:finished']): string => {
    const { phrase, object } = calls.get(callId) ?? { phrase: `Use ${tool}` }
    const { words, lines } = summarizeOutcome(tool, outcome)
    const mark = outcome.status === 'ok' ? paint.green('✓') : paint.red('✗')
    const time = durationMs >= worthTimingMs && tool !== 'ask_human' ? duration(durationMs) : undefined
    const aside = [words, time].filter((part) => part !== undefined).map((part) => paint.dim(` · ${part}`))
    const head = `${mark} ${phrase}${object === undefined ? '' : ` ${paint.bold(object)}`}${aside.join('')}`
    return [head, ...lines.map((line) => paint.dim(`  ${line}`)), ''].join('\n')
  }

  const finishTurn = (data: TurnEvents['turn:finished']): Frame => {
    const unsaid = written === '' && data.text !== '' ? say(data.text) : ''
    const words = unsaid + endLine()
    const why = data.reason === undefined ? '' : `: ${oneLine(data.reason, 500)}`
    const ending = {
      completed: '',
      stopped: `${paint.yellow('!')} Stopped by a limit${why}\n`,
      cancelled: `${paint.yellow('!')} Stopped\n`,
      failed: `${paint.red('✗')} Failed${why}\n`,
    }[data.status]
    return frame({ answer: words, note: ending + (summary ? summaryLine(data) : '') })
  }
  const summaryLine = ({ durationMs, usage }: TurnEvents['turn:finished']): string => {
    const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
    const parts = [oneLine(model, 60), duration(durationMs), tokens === 0 ? '' : plural(tokens, 'token')]
    return `${paint.dim(parts.filter((part) => part !== '').join(' · '))}\n`
  }

  return {
    show(event) {
      switch (event.name) {
        case 'turn:started':
        case 'step:started':
          return frame(lineOpen ? {} : { status: 'Thinking' })
        case 'turn:resumed':
          return frame({ answer: endLine(), note: paint.dim('Going on after a restart\n'), status: 'Thinking' })
        case 'memory:recalled':
          return frame({ note: recallNote(event.data.hits, notes, now()), status: 'Thinking' })
        case 'text:streamed':
          return frame({ answer: say(event.data.delta) })
        case 'call:requested': {
          const { callId, tool, input } = event.data
          calls.set(callId, summarizeCall(tool, input))
          return frame({ answer: endLine(), status: busy() })
        }
        case 'call:started': {
          const { callId, tool, input } = event.data
          const call = summarizeCall(tool, input)
          calls.set(callId, call)
          running.set(callId, oneLine(`${call.phrase} ${call.object ?? ''}`, 60))
          return frame({ answer: endLine(), status: busy() })
        }
        case 'call:progressed':
          return frame({ status: oneLine(`${busy()}: ${event.data.text.trim().split('\n').at(-1) ?? ''}`, 70) })
        case 'call:finished':
          running.delete(event.data.callId)
          return frame({ answer: endLine(), note: finishCall(event.data), status: busy() })
        case 'call:refuted':
          return frame({
            answer: endLine(),
            note: `${paint.yellow('!')} ${oneLine(event.data.tool, 60)} did not hold when it was looked at again\n`,
            status: busy(),
          })
        case 'batch:undone':
          return frame({
            answer: endLine(),
            note: `${paint.yellow('!')} Undone: ${plural(event.data.calls.length, 'change')}, since ${oneLine(event.data.reason, 200)}\n`,
            status: busy(),
          })
        case 'step:finished':
          model = event.data.model
          return frame(lineOpen ? {} : { status: busy() })
        case 'turn:finished':
          return finishTurn(event.data)
        case 'approval:requested':
        case 'question:asked':
          return frame({ answer: endLine() })
        default:
          return frame(lineOpen ? {} : { status: busy() })
      }
    },
  }
}

function recallNote(hits: readonly RecalledMemory[], { paint }: Style, now: number): string {
  const lines = hits
    .slice(0, shownMemories)
    .map((hit) => `◇ Recalled "${oneLine(hit.content, 70)}" (${provenance(hit, now)})`)
  const more = hits.length - lines.length
  if (more > 0) lines.push(`◇ and ${plural(more, 'more memory', 'more memories')}`)
  return lines.map((line) => `${paint.dim(line)}\n`).join('')
}
