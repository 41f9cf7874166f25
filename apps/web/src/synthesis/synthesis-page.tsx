/** Functions from examples: one types what a function is to do, and watches it being searched for. */

import { runProgram } from '@salp/models/synthesis'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { SearchOrder } from '../api/contracts.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Code } from '../design/code.js'
import { CopyButton } from '../design/copy-button.js'
import { Icon } from '../design/icon.js'
import { Page, Section } from '../design/page.js'
import { readStored, store } from '../design/stored.js'
import { plural } from '../format/quantity.js'
import { formatDuration } from '../format/time.js'
import { addRow, type Cell, checkDraft, type Draft, emptyDraft } from './draft.js'
import { ExamplesTable, focusCell, SignatureFields } from './draft-form.js'
import { presets } from './presets.js'
import { type Found, SearchResult } from './search-result.js'
import { type SearchState, useSearch } from './use-search.js'
import { ratePerSecond } from './words.js'

const budgets = [
  [200_000, '200,000 candidates'],
  [1_000_000, '1 million'],
  [5_000_000, '5 million'],
] as const

const storedAs = 'synthesis'

/** Shows the page. */
export function SynthesisPage() {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const view = useResource(api.synthesis, String(connected))
  const [draft, setDraft] = useState(storedDraft)
  const [touched, setTouched] = useState<ReadonlySet<Cell>>(new Set())
  const [tried, setTried] = useState(false)
  const [budget, setBudget] = useState<number>(budgets[0][0])
  const [learnt, setLearnt] = useState(true)
  const { state, start, stop } = useSearch()
  const outcome = useRef<HTMLDivElement>(null)
  const { task, problems } = checkDraft(draft)
  const told = new Map([...problems].filter(([cell]) => tried || (touched.has(cell) && isTyped(draft, cell))))
  const searching = state.status === 'running'
  const known = view.value?.learnt
  const found = state.status === 'ended' && state.outcome.type === 'found' ? state.outcome : undefined

  useEffect(() => store(storedAs, draft === emptyDraft ? '' : JSON.stringify(draft)), [draft])
  useEffect(() => {
    // On a small screen it stands below the examples.
    if (state.status === 'ended') outcome.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [state.status])

  function change(next: Draft): void {
    setDraft(next)
    setTried(false)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (searching) return
    setTried(true)
    const [first] = problems.keys()
    if (task === undefined) focusCell(first ?? 'name')
    else start({ ...task, budget, learnt: learnt && known !== undefined })
  }
  function searchFurther(order: SearchOrder): void {
    const next = nextBudget(order.budget)
    setBudget(next)
    start({ ...order, budget: next })
  }
  function addCounterexample(args: readonly string[]): void {
    const { draft: longer, key } = addRow(draft, args)
    change(longer)
    focusCell(`row ${key} returns`)
  }
  const fields = {
    ...{ draft, problems: told, onChange: change },
    onTouched: (cell: Cell) => setTouched((before) => new Set([...before, cell])),
  }

  return (
    <Page>
      <div className="page-sections synthesis">
        <p className="page-lead">
          Give examples of what a function takes and gives, and Salp searches for one that agrees with all of them. It
          needs no language model. It works for small functions over whole numbers, truth values, texts, lists and
          pairs.
        </p>
        <form className="synthesis-form" aria-label="What is searched for" onSubmit={submit}>
          <Section name="The function" aside={<Presets onChosen={change} />}>
            <SignatureFields {...fields} />
            <label className="field">
              What is wanted, in a sentence, if you like
              <textarea
                rows={1}
                maxLength={2_000}
                placeholder={
                  learnt && known !== undefined
                    ? 'Its words guide the search'
                    : 'Numbers and signs that it names are tried'
                }
                value={draft.statement}
                onChange={(event) => change({ ...draft, statement: event.target.value })}
              />
            </label>
          </Section>
          <Section name="Examples">
            <ExamplesTable {...fields} passed={found && passedRows(found, draft)} />
          </Section>
          <div className="synthesis-start">
            {searching ? (
              <button key="stop" type="button" className="button button-danger" onClick={stop}>
                <Icon name="stop" /> Stop
              </button>
            ) : (
              <button key="search" type="submit" className="button button-primary" disabled={!connected}>
                <Icon name="search" /> Search
              </button>
            )}
            <label className="field-row">
              <span className="visually-hidden">Search through at most</span>
              <select value={budget} onChange={(event) => setBudget(Number(event.target.value))}>
                {budgets.map(([count, words]) => (
                  <option key={count} value={count}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
            {known === undefined ? (
              view.value && <span className="muted small-text">Nothing was learnt yet that could guide it.</span>
            ) : (
              <label className="field-row">
                <input type="checkbox" checked={learnt} onChange={(event) => setLearnt(event.target.checked)} />
                <span>
                  Use what was learnt{' '}
                  {known.fragments > 0 && <span className="muted">({plural(known.fragments, 'fragment')})</span>}
                </span>
              </label>
            )}
          </div>
          {view.error !== undefined && !view.value && connected && (
            <p className="field-error">What was learnt cannot be read; searches go on without it.</p>
          )}
        </form>
        <div ref={outcome} className="synthesis-outcome">
          <Outcome state={state} onCounterexample={addCounterexample} onRetry={searchFurther} />
        </div>
      </div>
    </Page>
  )
}

function Presets({ onChosen }: { onChosen: (draft: Draft) => void }) {
  return (
    <p className="presets">
      <span className="muted">For instance</span>
      {presets.map(({ title, draft }) => (
        <button key={title} type="button" className="button-quiet button-small" onClick={() => onChosen(draft)}>
          {title}
        </button>
      ))}
    </p>
  )
}

function Outcome({
  state,
  onCounterexample,
  onRetry,
}: {
  state: SearchState
  onCounterexample: (args: readonly string[]) => void
  onRetry: (order: SearchOrder) => void
}) {
  switch (state.status) {
    case 'idle':
      return null
    case 'stopped':
      return <p role="status">Stopped.</p>
    case 'failed':
      return (
        <p className="synthesis-failed" role="alert">
          {state.why}
        </p>
      )
    case 'running':
      return <Progress {...state} />
    case 'ended': {
      const { outcome, order } = state
      if (outcome.type === 'found')
        return (
          <Section name="Found" aside={<CopyButton text={outcome.source} label="Copy the source" />}>
            <SearchResult key={outcome.source} found={outcome} order={order} onCounterexample={onCounterexample} />
          </Section>
        )
      return (
        <Section name="Found nothing">
          <p role="status">
            None of {outcome.candidates.toLocaleString('en')} candidates fits all examples ({formatDuration(outcome.ms)}
            ). Look for a mistake in the examples, ask for a part of it, or{' '}
            {order.budget < budgets[2][0] ? (
              <button type="button" className="text-button" onClick={() => onRetry(order)}>
                search further
              </button>
            ) : (
              'write it yourself'
            )}
            .
          </p>
        </Section>
      )
    }
  }
}

function Progress({ progress, order }: Extract<SearchState, { status: 'running' }>) {
  const { candidates = 0, ms = 0, source } = progress ?? {}
  return (
    <Section name="Searching">
      <div className="search-progress">
        <progress aria-label="Candidates tried" max={order.budget} value={candidates} />
        <p className="number">
          {candidates.toLocaleString('en')} of {order.budget.toLocaleString('en')} candidates
          <span className="muted"> · {ratePerSecond(candidates, ms)} a second</span>
        </p>
      </div>
      {source === undefined ? (
        <p className="muted">None fits so far.</p>
      ) : (
        <>
          <p className="muted">One fits; a likelier one may come.</p>
          <Code source={source.trimEnd()} label="Best so far" />
        </>
      )}
    </Section>
  )
}

/** Rows that the function agrees with; what was typed since may differ. */
function passedRows({ program }: Found, draft: Draft): ReadonlyMap<number, boolean> {
  return new Map(
    draft.rows.map((row) => {
      const { task } = checkDraft({ ...draft, rows: [row] })
      const [example] = task?.examples ?? []
      if (task === undefined || example === undefined) return [row.key, false]
      const given = runProgram(program, task.signature, example.args)
      return [row.key, JSON.stringify(given) === JSON.stringify(example.returns)]
    }),
  )
}

/** Whether something stands in a cell: what is empty is not wrong before it is sent. */
function isTyped({ rows }: Draft, cell: Cell): boolean {
  const [, key, place] = /^row (\d+) (\w+)$/.exec(cell) ?? []
  if (key === undefined) return true
  const row = rows.find((one) => one.key === Number(key))
  return ((place === 'returns' ? row?.returns : row?.args[Number(place)]) ?? '').trim() !== ''
}

function nextBudget(budget: number): number {
  return budgets.find(([count]) => count > budget)?.[0] ?? budget
}

/** What was typed before the page was loaded anew. */
function storedDraft(): Draft {
  const text = readStored(storedAs)
  // It was written by this page; a later one that writes it otherwise has another name for it.
  return text === null ? emptyDraft : { ...emptyDraft, ...(JSON.parse(text) as Partial<Draft>) }
}
