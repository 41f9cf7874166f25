/** A tool call: what it is about, where it stands, what it gave, and the decision it waits for. */

import { getToolName } from 'ai'
import { memo, useId, useState } from 'react'
import { useLive } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { AskingCard } from './asking-card.js'
import { CallInput } from './call-input.js'
import { CallOutput, Terminal } from './call-output.js'
import { type CallSummary, summarizeCall, summaryText } from './call-summary.js'
import { type CallStage, type CallView, viewCall } from './call-view.js'
import { CardLine } from './card-line.js'
import { CartridgeResult, cartridgeOf } from './cartridge-result.js'
import type { CallPart } from './message-blocks.js'
import { QuestionForm } from './question-form.js'

const tones: Record<CallStage, 'calm' | 'busy' | 'warm' | 'bad' | 'still'> = {
  preparing: 'busy',
  asking: 'warm',
  questioning: 'warm',
  running: 'busy',
  done: 'calm',
  failed: 'bad',
  denied: 'still',
  interrupted: 'still',
}

/** Shows one call. */
export const ToolCard = memo(function ToolCard({ part, turnRuns }: { part: CallPart; turnRuns: boolean }) {
  const live = useLive(({ calls }) => calls[part.toolCallId])
  const approval = useLive(({ approvals }) => approvals.find(({ callId }) => callId === part.toolCallId))
  const question = useLive(({ questions }) => questions.find(({ callId }) => callId === part.toolCallId))
  const tool = getToolName(part)
  const view = viewCall(part, { approval, question, live, turnRuns })
  const input = live?.input ?? part.input
  const summary = summarizeCall(tool, input)
  const name = `${tool}: ${summaryText(summary)}`
  const cartridge = part.state === 'output-available' ? cartridgeOf(tool, part.output) : undefined

  if (approval) {
    return <AskingCard key={approval.id} approval={approval} />
  }
  return (
    <article className={`card card-${tones[view.stage]}`} aria-label={name}>
      {question ? (
        <>
          <CardLine tool={tool} summary={{ phrase: summary.phrase }} view={view} />
          <QuestionForm question={question} />
        </>
      ) : (
        <FoldedCard part={part} input={input} tool={tool} summary={summary} view={view} />
      )}
      {cartridge && <CartridgeResult cartridge={cartridge} />}
      {view.stage === 'running' && live?.progress && (
        <div className="card-body">
          <Terminal stdout={live.progress} />
        </div>
      )}
      {view.error && (
        <p className="card-error">
          {view.error.message}
          {view.error.hint && <span> {view.error.hint}</span>}
        </p>
      )}
    </article>
  )
})

function FoldedCard({
  part,
  input,
  tool,
  summary,
  view,
}: {
  part: CallPart
  input: unknown
  tool: string
  summary: CallSummary
  view: CallView
}) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <>
      <button
        type="button"
        className="card-head"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen((before) => !before)}
      >
        <CardLine tool={tool} summary={summary} view={view} />
        <span className="card-chevron">
          <Icon name="chevron" size={14} />
        </span>
      </button>
      <div id={id} className="card-body" hidden={!open}>
        {open && (
          <>
            <CallInput tool={tool} input={input} />
            {part.state === 'output-available' && <CallOutput tool={tool} output={part.output} />}
          </>
        )}
      </div>
    </>
  )
}
