/** What a search found: how it looks, how far to trust it, and what it does elsewhere. */

import { type Json, runProgram, type SynthesisTask } from '@salp/models/synthesis'
import { useState } from 'react'
import type { SearchOrder, SearchOutcome } from '../api/contracts.js'
import { Code } from '../design/code.js'
import { Icon } from '../design/icon.js'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import { type Cell, readValue, valueText } from './draft.js'
import { ValueInput } from './draft-form.js'
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
      <Others order={order} source={source} />
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
          <strong>
            It fits {examples.length === 1 ? 'your example' : `all ${examples.length} examples`}; it may be wrong
            elsewhere.
          </strong>{' '}
          {trustWords[trust]}
        </p>
        <p className="muted">
          It costs {cost.toFixed(1)} nats, the list about {listNats.toFixed(0)}: a rule of thumb, no proof.
          {examples.length < 4 && ' Few examples are met by many wrong functions: four to six that differ tell most.'}
        </p>
      </div>
    </div>
  )
}

/** Whether the examples leave other functions open, found out when asked. */
function Others({ order, source }: { order: SearchOrder; source: string }) {
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
    const { sources, candidates } = state.outcome
    if (sources.length === 0)
      return (
        <p className="others-line" role="status">
          No other function among {candidates.toLocaleString('en')} candidates fits the examples.
        </p>
      )
    return (
      <details className="others" open>
        <summary>
          {sources.length === 1 ? 'Another function fits your examples' : `${sources.length} others fit your examples`}
        </summary>
        <p className="muted">
          Some may do the same in other words. Find an input on which one differs, and add what is right there as an
          example.
        </p>
        {sources.map((other, at) => (
          <Code key={other} source={other.trimEnd()} label={`Other function ${at + 1}`} />
        ))}
      </details>
    )
  }
  return (
    <p className="others-line">
      <button type="button" className="button button-small" onClick={() => start({ ...order, besides: source })}>
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
