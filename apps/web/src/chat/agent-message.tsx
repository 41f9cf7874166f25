/** An answer: recalled memories, text, thoughts, chains of calls, and how the turn ended. */

import { memo } from 'react'
import type { StudioMessage, TurnSummary } from '../api/contracts.js'
import { CopyButton } from '../design/copy-button.js'
import { Salp } from '../design/salp.js'
import { formatCount } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import { Markdown } from './markdown.js'
import { type Block, viewMessage } from './message-blocks.js'
import { RecallChips } from './provenance.js'
import { ToolCard } from './tool-card.js'

/** Shows a message of the agent; `turnRuns` while it still grows. */
export const AgentMessage = memo(function AgentMessage({
  message,
  turnRuns,
}: {
  message: StudioMessage
  turnRuns: boolean
}) {
  const { blocks, recalled, turn, text } = viewMessage(message)
  return (
    <article className="message message-agent" aria-label="Salp">
      <RecallChips hits={recalled} />
      {blocks.map((block) => (
        <BlockView key={block.key} block={block} turnRuns={turnRuns} />
      ))}
      {turnRuns ? (
        <Working />
      ) : (
        <footer className="message-foot">
          {text !== '' && <CopyButton text={text} label="Copy answer" />}
          {turn && <TurnLine turn={turn} />}
        </footer>
      )}
    </article>
  )
})

/** A sign of life while the agent works. */
export function Working() {
  return (
    <p className="working">
      <Salp size={20} swimming /> <span>Working</span>
    </p>
  )
}

function BlockView({ block, turnRuns }: { block: Block; turnRuns: boolean }) {
  switch (block.type) {
    case 'text':
      return <Markdown text={block.text} />
    case 'thought':
      return (
        <details className="thought" open={block.streaming}>
          <summary>{block.streaming ? 'Thinking' : 'Thoughts'}</summary>
          <p>{block.text}</p>
        </details>
      )
    case 'chain':
      return (
        <ol className="chain" aria-label="Tool calls">
          {block.calls.map((part) => (
            <li key={part.toolCallId}>
              <ToolCard part={part} turnRuns={turnRuns} />
            </li>
          ))}
        </ol>
      )
  }
}

const endings: Record<TurnSummary['status'], string | undefined> = {
  completed: undefined,
  stopped: 'Reached a limit',
  cancelled: 'Stopped',
  // Told below the message, with a way to try again.
  failed: undefined,
}

function TurnLine({ turn: { status, reason, model, regime, usage, durationMs } }: { turn: TurnSummary }) {
  const ending = endings[status]
  const tokens = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)
  const facts = [
    model,
    regime,
    tokens > 0 ? `${formatCount(tokens)} tokens` : undefined,
    durationMs === undefined ? undefined : formatDuration(durationMs),
  ].filter((fact) => fact !== undefined)
  return (
    <p className="turn-line">
      {ending && (
        <strong>
          {ending}
          {reason ? `: ${reason}` : ''}
        </strong>
      )}
      <span className="turn-facts">{facts.join(' · ')}</span>
    </p>
  )
}
