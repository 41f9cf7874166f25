/** What a search found: how it looks, how far to trust it, and what it does elsewhere. */

import { type Json, runProgram, type SynthesisTask } from '@salp/models/synthesis'
import { useState } from 'react'
import type { SearchOrder, SearchOutcome } from '../api/contracts.js'
import { Code } from '../design/code.js'
import { Icon } from '../design/icon.js'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import { type Cell, readValue, spaced, spacedJson, valueText } from './draft.js'
import { ValueInput } from './draft-form.js'
import { probesOf } from './probes.js'
import { useSearch } from './use-search.js'
import { ratePerSecond, trustIn, trustWords } from './words.js'

/** A function that was found. */
export type Found = Extract<SearchOutcome, { type: 'found' }>

/** Shows it. `onCounterexample` takes the inputs of a result that is wrong. */
export function SearchResult({
  found,
  order,
  onCounterexample,
}: {
  found: Found
  order: SearchOrder
  onCounterexample: (args: readonly string[]) => void
}) {
  const { source, cost, candidates, ms, learnt } = found
  return (
    <div className="found">
      <Code source={source.trimEnd()} label="Source" />
      <TrustNote cost={cost} task={order} />
      {order.signature.parameters.length > 0 && (
        <Others order={order} found={found} onCounterexample={onCounterexample} />
      )}
      <TryOut found={found} task={order} onCounterexample={onCounterexample} />
      <p className="muted number">
        {plural(candidates, 'candidate').replace(/^\d+/, candidates.toLocaleString('en'))} in {formatDuration(ms)},{' '}
        {ratePerSecond(candidates, ms)} a second, {learnt ? 'with what was learnt' : 'without anything learnt'}
      </p>
    </div>
  )
}

function TrustNote({ cost, task: { examples } }: { cost: number; task: SynthesisTask }) {
  // They were checked before the search.
  const { trust, listNats } = trustIn(
    cost,
    examples.map(({ returns }) => returns as Json),
  )
  return (
    <div className={`trust trust-${trust}`}>
      <Icon name={trust === 'good' ? 'check' : 'alert'} size={16} />
      <div>
        <p>
          <strong>It fits {examplesWords(examples.length)}; it may be wrong elsewhere.</strong> {trustWords[trust]}
        </p>
        <p className="muted">
          It costs {cost.toFixed(1)} nats, the list about {listNats.toFixed(0)}: a rule of thumb, no proof.
          {examples.length < 4 && ' Few examples are met by many wrong functions: four to six that differ tell most.'}
        </p>
      </div>
    </div>
  )
}

function examplesWords(count: number): string {
  if (count === 1) return 'your example'
  return count === 2 ? 'both examples' : `all ${count} examples`
}

/** Whether the examples leave other functions open, found out when asked. */
function Others({
  order,
  found: { source, program },
  onCounterexample,
}: {
  order: SearchOrder
  found: Found
  onCounterexample: (args: readonly string[]) => void
}) {
  const { state, start, stop } = useSearch()
  if (state.status === 'running')
    return (
      <p className="others-line">
        Looking for others: {(state.progress?.candidates ?? 0).toLocaleString('en')} candidates
        <button type="button" className="button-quiet button-small" onClick={stop}>
          Stop
        </button>
      </p>
    )
  if (state.status === 'ended' && state.outcome.type === 'others') {
    const { others, same, candidates } = state.outcome
    const { signature } = order
    if (others.length === 0)
      return (
        <p className="others-line" role="status">
          Among {candidates.toLocaleString('en')} candidates no other fits the examples and does something else
          {same > 0 && `; ${plural(same, 'other')} said the same in other words`}.
        </p>
      )
    return (
      <details className="others" open>
        <summary>
          {others.length === 1
            ? 'Another fits your examples and does something else'
            : `${others.length} others fit your examples and do something else`}
        </summary>
        {others.map(({ source: other, args, gives }, at) => {
          const given = runProgram(program, signature, args)
          return (
            <div key={other} className="other">
              <Code source={other.trimEnd()} label={`Other function ${at + 1}`} />
              <p>
                On <code>{args.map(spacedJson).join(', ')}</code> it gives <code>{spaced(gives)}</code>, the one above{' '}
                <code>{given === undefined ? 'nothing' : spacedJson(given)}</code>.{' '}
                <button type="button" className="text-button" onClick={() => onCounterexample(args.map(valueText))}>
                  Say what is right
                </button>
              </p>
            </div>
          )
        })}
      </details>
    )
  }
  return (
    <p className="others-line">
      <button
        type="button"
        className="button button-small"
        onClick={() => start({ ...order, besides: { source, probes: probesOf(program, order) } })}
      >
        <Icon name="search" size={15} /> Does anything else fit?
      </button>
      {state.status === 'failed' && <span className="field-error">{state.why}</span>}
    </p>
  )
}

/** Runs the function on what is typed, with the synthesizer's own interpreter: nothing is evaluated here. */
function TryOut({
  found: { program },
  task,
  onCounterexample,
}: {
  found: Found
  task: SynthesisTask
  onCounterexample: (args: readonly string[]) => void
}) {
  const { parameters } = task.signature
  const [texts, setTexts] = useState<readonly string[]>(() => parameters.map(() => ''))
  const [touched, setTouched] = useState<ReadonlySet<Cell>>(new Set())
  const read = parameters.map(({ type }, at) => readValue(texts[at] ?? '', type))
  const args = read.flatMap((one) => ('value' in one ? [one.value] : []))
  const problems = new Map(
    read.flatMap((one, at): [Cell, string][] => {
      const cell: Cell = `parameter ${at} name`
      const shown = (texts[at] ?? '').trim() !== '' && touched.has(cell)
      return 'problem' in one && shown ? [[cell, one.problem]] : []
    }),
  )
  if (parameters.length === 0) return null
  const result = args.length === parameters.length ? runProgram(program, task.signature, args) : undefined
  return (
    <fieldset className="try" aria-label="Try it">
      <legend>Try it on other inputs</legend>
      <div className="try-inputs">
        {parameters.map(({ name, type }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a parameter is its place
          <div key={at} className="field">
            <span>
              {name} <span className="muted mono">{type}</span>
            </span>
            <ValueInput
              cell={`parameter ${at} name`}
              label={`Try ${name}`}
              text={texts[at] ?? ''}
              type={type}
              problems={problems}
              onTouched={(cell) => setTouched(new Set([...touched, cell]))}
              onText={(text) => setTexts(parameters.map((_, place) => (place === at ? text : (texts[place] ?? ''))))}
            />
          </div>
        ))}
      </div>
      <output className="try-result">
        {args.length < parameters.length ? (
          <span className="muted">What it gives is shown here.</span>
        ) : result === undefined ? (
          <span className="bad-text">It has no result here: it divides by nothing, or makes too long a list.</span>
        ) : (
          <code>{valueText(result)}</code>
        )}
      </output>
      {args.length === parameters.length && (
        <button type="button" className="button button-small" onClick={() => onCounterexample(args.map(valueText))}>
          Wrong? Add it as an example
        </button>
      )}
    </fieldset>
  )
}
