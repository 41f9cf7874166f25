/** Registers or changes an endpoint. */

import { type ReactNode, useId, useRef, useState } from 'react'
import { type EndpointOrder, type SoldMethod, soldMethods } from '../api/contracts.js'
import { ApiError, describeProblem } from '../api/problem.js'
import { Icon } from '../design/icon.js'
import {
  type EndpointDraft,
  emptyDraft,
  type Field,
  type FieldProblems,
  type PriceDraft,
  sortProblems,
  toOrder,
  withMethod,
} from './draft.js'
import { settleWords } from './words.js'

const noProblems: FieldProblems = { of: {}, rest: '' }

/** A form that begins `before`; `onSave` sends what differs from it, and rejects if the node refuses. */
export function EndpointForm({
  before: given,
  endpointsUrl,
  symbols,
  onSave,
  onCancel,
}: {
  /** `emptyDraft` for a new endpoint. */
  before: EndpointDraft
  endpointsUrl: string
  /** Tokens that are taken. */
  symbols: readonly string[]
  onSave: (order: EndpointOrder) => Promise<void>
  onCancel: () => void
}) {
  // What it was when the form was opened: a change made elsewhere since is not undone.
  const [before] = useState(given)
  const [draft, setDraft] = useState(before)
  const [problems, setProblems] = useState(noProblems)
  const [saving, setSaving] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  const isNew = before === emptyDraft
  const set = (part: Partial<EndpointDraft>) => setDraft({ ...draft, ...part })

  async function save(): Promise<void> {
    const order = toOrder(draft, before)
    if (Object.keys(order).length === 0) return onCancel()
    setSaving(true)
    setProblems(noProblems)
    try {
      await onSave(order)
    } catch (error) {
      setProblems(explain(error, draft))
      setSaving(false)
      // The first field that is wrong, once it is marked.
      requestAnimationFrame(() => {
        const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid]')
        const folded = wrong?.closest('details')
        if (folded) folded.open = true
        wrong?.focus()
      })
    }
  }
  const text = (field: Field, key: TextField, props: { type?: string; placeholder?: string } = {}) => ({
    ...props,
    value: draft[key],
    'aria-invalid': problems.of[field] !== undefined || undefined,
    'aria-describedby': `${id}-${field}`,
    onChange: (event: { target: { value: string } }) => set({ [key]: event.target.value }),
  })

  return (
    <form
      ref={form}
      className="endpoint-form"
      aria-label={isNew ? 'Register an endpoint' : `Edit ${before.slug}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {isNew && (
        <Labelled
          id={`${id}-slug`}
          label="Name"
          problem={problems.of.slug}
          note={
            <>
              Part of its address: <code>{`${endpointsUrl}${draft.slug.trim() || 'name'}`}</code>
            </>
          }
        >
          <input
            // biome-ignore lint/a11y/noAutofocus: the form was just asked for
            autoFocus
            autoComplete="off"
            spellCheck={false}
            {...text('slug', 'slug', { placeholder: 'weather' })}
          />
        </Labelled>
      )}
      <Labelled
        id={`${id}-target`}
        label="Service"
        problem={problems.of.target}
        note="Where requests are sent on to: an https address on the open internet, or a host that the setting gateway.allowHosts names. Callers never see it."
      >
        <input {...text('target', 'target', { type: 'url', placeholder: 'https://api.example.com/v1' })} />
      </Labelled>
      <Labelled
        id={`${id}-price`}
        label="Price of a call"
        problem={problems.of.price}
        note={`In dollars, such as $0.01${symbols.length === 0 ? '' : `; paid in ${symbols.join(' or ')}`}`}
      >
        <input className="number" autoComplete="off" {...text('price', 'price', { placeholder: '$0.01' })} />
      </Labelled>

      <fieldset className="settle-modes" aria-describedby={`${id}-settle`}>
        <legend>When does the money move?</legend>
        {(['after', 'before', 'deferred'] as const).map((mode) => (
          <label key={mode} className="settle-mode">
            <input
              type="radio"
              name={`${id}-mode`}
              checked={draft.settle === mode}
              aria-invalid={problems.of.settle !== undefined || undefined}
              onChange={() => set({ settle: mode })}
            />
            <span>
              <strong>{settleWords[mode].name}</strong>
              <span className="muted">{settleWords[mode].means}</span>
            </span>
          </label>
        ))}
        <Problem id={`${id}-settle`} text={problems.of.settle} />
      </fieldset>

      <Labelled id={`${id}-description`} label="What it does, for buyers" problem={problems.of.description}>
        <textarea rows={2} {...text('description', 'description')} />
      </Labelled>

      <details className="endpoint-more">
        <summary>More: methods, other prices, free calls, limits</summary>
        <fieldset className="endpoint-methods" aria-describedby={`${id}-methods`}>
          <legend>Methods that are sold</legend>
          {soldMethods.map((method) => (
            <label key={method} className="field-row">
              <input
                type="checkbox"
                checked={draft.methods.includes(method)}
                aria-invalid={problems.of.methods !== undefined || undefined}
                onChange={(event) => set({ methods: withMethod(draft.methods, method, event.target.checked) })}
              />
              {method}
            </label>
          ))}
          <Problem id={`${id}-methods`} text={problems.of.methods} />
        </fieldset>
        <Prices
          prices={draft.prices}
          problem={problems.of.prices}
          problemId={`${id}-prices`}
          onChange={(prices) => set({ prices })}
        />
        <div className="form-pair">
          <Labelled id={`${id}-freePerDay`} label="Free calls of a payer, a day" problem={problems.of.freePerDay}>
            <input inputMode="numeric" {...text('freePerDay', 'freePerDay')} />
          </Labelled>
          <Labelled id={`${id}-ratePerMinute`} label="Calls of a payer, a minute" problem={problems.of.ratePerMinute}>
            <input inputMode="numeric" {...text('ratePerMinute', 'ratePerMinute')} />
          </Labelled>
          <Labelled id={`${id}-timeoutMs`} label="Longest wait, in seconds" problem={problems.of.timeoutMs}>
            <input inputMode="decimal" {...text('timeoutMs', 'timeoutSeconds')} />
          </Labelled>
          <Labelled id={`${id}-maxBytes`} label="Largest body, in MiB" problem={problems.of.maxBytes}>
            <input inputMode="decimal" {...text('maxBytes', 'maxMebibytes')} />
          </Labelled>
        </div>
        <Labelled id={`${id}-mimeType`} label="Type of its answers" problem={problems.of.mimeType}>
          <input {...text('mimeType', 'mimeType', { placeholder: 'application/json, empty if it varies' })} />
        </Labelled>
      </details>

      {problems.rest !== '' && (
        <p className="field-error" role="alert">
          {problems.rest}
        </p>
      )}
      <div className="actions">
        <button type="submit" className="button button-primary" disabled={saving}>
          {saving ? 'Checking' : isNew ? 'Register' : 'Save'}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  )
}

type TextField = {
  [Name in keyof EndpointDraft]: EndpointDraft[Name] extends string ? Name : never
}[keyof EndpointDraft]

/** What a refusal says, by field. */
function explain(error: unknown, draft: EndpointDraft): FieldProblems {
  if (error instanceof ApiError && error.code === 'gateway/slug-taken')
    return { of: { slug: 'This name is taken. Choose another one.' }, rest: '' }
  if (error instanceof ApiError && error.code === 'gateway/endpoint-invalid') return sortProblems(error.message, draft)
  const { title, detail } = describeProblem(error)
  return { of: {}, rest: detail === '' ? title : `${title}. ${detail}` }
}

function Labelled({
  id,
  label,
  problem,
  note,
  children,
}: {
  /** Of what is said below the field. */
  id: string
  label: string
  problem: string | undefined
  note?: ReactNode
  children: ReactNode
}) {
  return (
    <div className="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children */}
      <label className="field">
        {label}
        {children}
      </label>
      {problem === undefined ? (
        note !== undefined && (
          <span id={id} className="muted field-note">
            {note}
          </span>
        )
      ) : (
        <Problem id={id} text={problem} />
      )}
    </div>
  )
}

/** Why a field is refused. Its first letter is raised, since nodes begin in small ones. */
function Problem({ id, text }: { id: string; text: string | undefined }) {
  if (text === undefined) return null
  return (
    <span id={id} className="field-error" role="alert">
      {text.charAt(0).toUpperCase()}
      {text.slice(1)}
    </span>
  )
}

/** Prices of some requests: the most specific one counts. */
function Prices({
  prices,
  problem,
  problemId,
  onChange,
}: {
  prices: readonly PriceDraft[]
  problem: string | undefined
  problemId: string
  onChange: (prices: readonly PriceDraft[]) => void
}) {
  const change = (key: number, part: Partial<PriceDraft>) =>
    onChange(prices.map((one) => (one.key === key ? { ...one, ...part } : one)))
  return (
    <fieldset className="endpoint-prices" aria-describedby={problemId}>
      <legend>Other prices</legend>
      {prices.map(({ key, method, path, price }, index) => (
        <div key={key} className="endpoint-price">
          <select
            aria-label={`Method of rule ${index + 1}`}
            value={method}
            onChange={(event) => change(key, { method: readMethod(event.target.value) })}
          >
            <option value="">Any</option>
            {soldMethods.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <input
            aria-label={`Path of rule ${index + 1}`}
            aria-invalid={problem !== undefined || undefined}
            placeholder="/maps/:city or /maps/*"
            value={path}
            onChange={(event) => change(key, { path: event.target.value })}
          />
          <input
            aria-label={`Price of rule ${index + 1}`}
            placeholder="$0.05"
            value={price}
            onChange={(event) => change(key, { price: event.target.value })}
          />
          <button
            type="button"
            className="button-quiet button-icon"
            aria-label={`Remove rule ${index + 1}`}
            onClick={() => onChange(prices.filter((one) => one.key !== key))}
          >
            <Icon name="trash" size={15} />
          </button>
        </div>
      ))}
      <Problem id={problemId} text={problem} />
      <button
        type="button"
        className="button button-small"
        onClick={() =>
          onChange([
            ...prices,
            { key: 1 + Math.max(-1, ...prices.map(({ key }) => key)), method: '', path: '', price: '' },
          ])
        }
      >
        <Icon name="plus" size={15} /> Add a price for some paths
      </button>
    </fieldset>
  )
}

function readMethod(text: string): SoldMethod | '' {
  return soldMethods.find((method) => method === text) ?? ''
}
