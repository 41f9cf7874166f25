/** A call that waits for a person: what would run in full, its risk, and the decision. */

import type { Approval } from '@salp/agent'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { formatMoment } from '../format/time.js'
import { CallInput } from './call-input.js'
import { summarizeCall, summaryText } from './call-summary.js'
import { CardLine } from './card-line.js'
import { InputEditor } from './input-editor.js'

/** Shows a call that waits. `focused` puts the focus on it, or on the button of a choice that was made elsewhere. */
export function AskingCard({
  approval,
  focused = false,
}: {
  approval: Approval
  focused?: boolean | 'approve' | 'deny' | undefined
}) {
  const { tool } = approval
  const { api } = useStudio()
  const card = useRef<HTMLElement>(null)
  const attempt = useAttempt()
  const [editing, setEditing] = useState(false)
  const [sent, setSent] = useState(false)
  const fields = asFields(approval.input)
  const summary = summarizeCall(tool, approval.input)

  useEffect(() => {
    if (focused === false || !card.current) return
    const choice = focused === true ? null : card.current.querySelector<HTMLElement>(`[data-choice=${focused}]`)
    const target = choice ?? card.current
    target.focus()
    target.scrollIntoView({ block: 'nearest' })
  }, [focused])

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
      ref={card}
      className="card card-warm card-asking"
      aria-label={`${tool}: ${summaryText(summary)}`}
      data-asking=""
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card takes the focus so that single keys decide
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <CardLine tool={tool} summary={summary} view={{ label: sent ? 'Decision sent' : 'Waits for your approval' }} />
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
          <ChoiceButton
            label="Approve"
            letter="A"
            kind="primary"
            choice="approve"
            disabled={sent}
            onChoose={choices.a}
          />
          <ChoiceButton
            label="Approve for this session"
            letter="S"
            title={`Covers ${approval.grant}`}
            disabled={sent}
            onChoose={choices.s}
          />
          <ChoiceButton label="Deny" letter="D" choice="deny" disabled={sent} onChoose={choices.d} />
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
  choice,
  title,
  disabled,
  onChoose,
}: {
  label: string
  letter: string
  choice?: 'approve' | 'deny'
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
      data-choice={choice}
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
