/** A tool call: what it is about, where it stands, what it gave, and the decision it waits for. */

import type { Approval } from '@salp/agent'
import { getToolName } from 'ai'
import { type KeyboardEvent, memo, useId, useState } from 'react'
import { useLive, useStudio } from '../api/studio.js'
import { Icon, type IconName } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { formatDuration, formatMoment } from '../format/time.js'
import { CallInput } from './call-input.js'
import { CallOutput, Terminal } from './call-output.js'
import { type CallSummary, summarizeCall, summaryText } from './call-summary.js'
import { type CallStage, type CallView, viewCall } from './call-view.js'
import { CartridgeResult, cartridgeOf } from './cartridge-result.js'
import { InputEditor } from './input-editor.js'
import type { CallPart } from './message-blocks.js'
import { QuestionForm } from './question-form.js'

const icons: Readonly<Record<string, IconName>> = {
  read_file: 'file',
  list_files: 'folder',
  search_files: 'search',
  write_file: 'edit',
  edit_file: 'edit',
  patch_file: 'edit',
  run_command: 'terminal',
  remember: 'memory',
  recall: 'memory',
  forget: 'memory',
  create_task: 'tasks',
  list_tasks: 'tasks',
  update_task: 'tasks',
  fetch_url: 'globe',
  ask_human: 'question',
  agent_status: 'mind',
}

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
    return <AskingCard key={approval.id} name={name} summary={summary} view={view} tool={tool} approval={approval} />
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

function CardLine({ tool, summary, view }: { tool: string; summary: CallSummary; view: CallView }) {
  return (
    <div className="card-line">
      <span className="card-icon">
        <Icon name={icons[tool] ?? (/_cartridges?$/.test(tool) ? 'cartridge' : 'spark')} size={16} />
      </span>
      <span className="card-summary">
        {summary.phrase}{' '}
        {summary.object !== undefined &&
          (summary.prose ? <span className="card-object">{summary.object}</span> : <code>{summary.object}</code>)}
      </span>
      <span className="card-meta">
        <span className="card-tool">{tool}</span>
        <span className="card-state">{view.label}</span>
        {view.durationMs !== undefined && <span className="card-duration">{formatDuration(view.durationMs)}</span>}
      </span>
    </div>
  )
}

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

function AskingCard({
  name,
  summary,
  view,
  tool,
  approval,
}: {
  name: string
  summary: CallSummary
  view: CallView
  tool: string
  approval: Approval
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [editing, setEditing] = useState(false)
  const [sent, setSent] = useState(false)
  const fields = asFields(approval.input)

  async function decide(decision: Parameters<typeof api.decide>[1]): Promise<void> {
    setEditing(false)
    setSent(true)
    const told = await attempt('send your decision', () => api.decide(approval.id, decision))
    if (told) document.querySelector<HTMLElement>('[data-composer]')?.focus()
    else setSent(false)
  }

  const choices = {
    a: () => decide({ decision: 'approve' }),
    s: () => decide({ decision: 'approve', scope: 'session' }),
    d: () => decide({ decision: 'deny' }),
    e: () => setEditing(true),
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.ctrlKey || event.metaKey || event.altKey || sent) return
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return
    const key = event.key.toLowerCase()
    if (key !== 'a' && key !== 's' && key !== 'd' && key !== 'e') return
    event.preventDefault()
    void choices[key]()
  }

  return (
    <article
      className="card card-warm card-asking"
      aria-label={name}
      data-asking=""
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card takes the focus so that single keys decide
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <CardLine tool={tool} summary={summary} view={sent ? { ...view, label: 'Decision sent' } : view} />
      {!editing && <CallInput tool={tool} input={approval.input} />}
      <RiskLine approval={approval} />
      {editing && fields ? (
        <InputEditor
          input={fields}
          onCancel={() => setEditing(false)}
          onSave={(input) => decide({ decision: 'approve', input: JSON.parse(JSON.stringify(input)) })}
        />
      ) : (
        <div className="actions">
          <ChoiceButton label="Approve" letter="A" kind="primary" disabled={sent} onChoose={choices.a} />
          <ChoiceButton
            label="Approve for this session"
            letter="S"
            title={`Covers ${approval.grant}`}
            disabled={sent}
            onChoose={choices.s}
          />
          <ChoiceButton label="Deny" letter="D" disabled={sent} onChoose={choices.d} />
          {fields && <ChoiceButton label="Edit input" letter="E" kind="quiet" disabled={sent} onChoose={choices.e} />}
        </div>
      )}
    </article>
  )
}

function RiskLine({ approval: { risk, grant, expiresAt } }: { approval: Approval }) {
  return (
    <p className="risk">
      <span className={`risk-level risk-${risk.level}`}>
        <Icon name="shield" size={14} /> {risk.level} risk
      </span>
      {risk.reasons.length > 0 && <span>{risk.reasons.join(' · ')}</span>}
      <span className="muted">
        For the session it would cover <code>{grant}</code>. Open until {formatMoment(expiresAt)}.
      </span>
    </p>
  )
}

function ChoiceButton({
  label,
  letter,
  kind,
  title,
  disabled,
  onChoose,
}: {
  label: string
  letter: string
  kind?: 'primary' | 'quiet'
  title?: string
  disabled: boolean
  onChoose: () => void
}) {
  return (
    <button
      type="button"
      className={kind === 'quiet' ? 'button-quiet' : kind === 'primary' ? 'button button-primary' : 'button'}
      aria-label={label}
      aria-keyshortcuts={letter}
      title={title}
      disabled={disabled}
      onClick={onChoose}
    >
      {label} <kbd>{letter}</kbd>
    </button>
  )
}

function asFields(input: Approval['input']): Readonly<Record<string, unknown>> | undefined {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : undefined
}
