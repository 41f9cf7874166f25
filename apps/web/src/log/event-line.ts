/** An event as one line for a person. */

import type { AgentEvent } from '@salp/agent'
import { summarizeCall, summaryText } from '../chat/call-summary.js'
import { formatCount, plural, truncate } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'

/** Says what an event says, without its name and time. */
export function describeEvent(event: AgentEvent): string {
  switch (event.name) {
    case 'turn:started':
      return `“${truncate(event.data.input, 80)}” through ${event.data.channel}`
    case 'turn:resumed':
      return 'after a restart'
    case 'turn:finished': {
      const { status, steps, calls, durationMs, reason } = event.data
      const size = `${plural(steps, 'step')}, ${plural(calls, 'call')}, ${formatDuration(durationMs)}`
      return `${status}: ${size}${reason ? `. ${reason}` : ''}`
    }
    case 'memory:recalled':
      return plural(event.data.hits.length, 'memory', 'memories')
    case 'step:started':
      return `step ${event.data.step}, ${event.data.regime}, ${event.data.tier} model`
    case 'context:assembled': {
      const { tokens, contextTokens, history } = event.data
      const hidden = history.omittedTurns === 0 ? '' : `, ${plural(history.omittedTurns, 'turn')} summed up`
      return `${formatCount(tokens)} of ${formatCount(contextTokens)} tokens${hidden}`
    }
    case 'step:finished': {
      const { model, usage } = event.data
      return `${model}, ${formatCount((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))} tokens`
    }
    case 'call:requested':
      return summaryText(summarizeCall(event.data.tool, event.data.input))
    case 'call:started':
    case 'call:progressed':
      return event.data.tool
    case 'call:finished': {
      const { tool, outcome, durationMs } = event.data
      const end = outcome.status === 'ok' ? 'ok' : `${outcome.error.kind}: ${truncate(outcome.error.message, 80)}`
      return `${tool} ${end}, ${formatDuration(durationMs)}`
    }
    case 'call:refuted':
      return `${event.data.tool} did not hold when it was looked at again`
    case 'call:observed': {
      const { tool, bits, forecast, regime } = event.data
      return `${tool} was forecast to work at ${Math.round(forecast * 100)} %, ${bits.toFixed(1)} bits of surprise, ${regime}`
    }
    case 'regime:changed':
      return `${event.data.from} became ${event.data.to}. ${event.data.why}`
    case 'batch:kept':
      return `${plural(event.data.calls.length, 'change')} of one reply, as a whole`
    case 'batch:undone':
      return `${plural(event.data.calls.length, 'change')} of one reply: ${event.data.reason}`
    case 'approval:requested': {
      const { tool, input, risk } = event.data.approval
      return `${summaryText(summarizeCall(tool, input))}, ${risk.level} risk`
    }
    case 'approval:resolved':
      return `${event.data.tool} ${event.data.status}`
    case 'question:asked':
      return truncate(event.data.question.question, 80)
    case 'question:answered':
      return truncate(event.data.answer, 80)
    case 'text:streamed':
    case 'reasoning:streamed':
      return truncate(event.data.delta, 80)
  }
}

/** How much an event asks of the eye. */
export function eventTone(event: AgentEvent): 'plain' | 'warm' | 'bad' {
  if (event.name === 'approval:requested' || event.name === 'question:asked') return 'warm'
  if (event.name === 'call:finished' && event.data.outcome.status === 'error') return 'bad'
  if (event.name === 'call:refuted' || event.name === 'batch:undone') return 'bad'
  return event.name === 'turn:finished' && event.data.status === 'failed' ? 'bad' : 'plain'
}
