/** What a run of the benchmark is asked for. */

import { type FormEvent, useState } from 'react'
import type { BenchmarkOrder, BenchmarkView } from '../api/contracts.js'
import { describeProblem } from '../api/problem.js'
import { useStudio } from '../api/studio.js'
import { Icon } from '../design/icon.js'
import { plural } from '../format/quantity.js'

const budgets = [20_000, 200_000, 1_000_000, 5_000_000]

const halves: readonly { readonly id: BenchmarkOrder['half']; readonly name: string }[] = [
  { id: 'test', name: 'Held out, for measuring' },
  { id: 'train', name: 'For learning' },
  { id: 'all', name: 'All' },
]

/** The form. */
export function RunForm({
  tiers,
  lesson,
  connected,
}: {
  tiers: Extract<BenchmarkView['problems'], { tiers: unknown }>['tiers']
  lesson: string | undefined
  connected: boolean
}) {
  const { api } = useStudio()
  const [order, setOrder] = useState<BenchmarkOrder>({
    tiers: tiers.slice(0, 1).map(({ tier }) => tier),
    half: 'test',
    solver: lesson === undefined ? 'synthesizer-untrained' : 'synthesizer',
    budget: 200_000,
    seed: 0,
    limit: undefined,
  })
  const [problem, setProblem] = useState<string>()
  const [starting, setStarting] = useState(false)
  const set = (part: Partial<BenchmarkOrder>) => setOrder({ ...order, ...part })
  const sizeOf = ({ train, test }: (typeof tiers)[number]): number =>
    order.half === 'all' ? train + test : order.half === 'train' ? train : test
  const size = tiers.filter(({ tier }) => order.tiers.includes(tier)).reduce((sum, tier) => sum + sizeOf(tier), 0)
  const tried = Math.min(size, order.limit ?? size)

  async function start(event: FormEvent): Promise<void> {
    event.preventDefault()
    setStarting(true)
    setProblem(undefined)
    try {
      await api.startBenchmark(order)
    } catch (error) {
      const { title, detail } = describeProblem(error)
      setProblem(detail || title)
    }
    setStarting(false)
  }

  return (
    <form className="run-form" aria-label="A new run" onSubmit={start}>
      <fieldset>
        <legend>Tiers</legend>
        <div className="tier-choice">
          {tiers.map((tier) => (
            <label key={tier.tier} className="field-row">
              <input
                type="checkbox"
                checked={order.tiers.includes(tier.tier)}
                onChange={(event) =>
                  set({
                    tiers: tiers
                      .map((one) => one.tier)
                      .filter((one) => (one === tier.tier ? event.target.checked : order.tiers.includes(one))),
                  })
                }
              />
              <span>
                {tier.tier} <span className="muted">({sizeOf(tier)})</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="run-fields">
        <label className="field">
          Problems
          <select
            value={order.half}
            onChange={(event) => set({ half: halves.find(({ id }) => id === event.target.value)?.id ?? 'test' })}
          >
            {halves.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          Solver
          <select
            value={order.solver}
            onChange={(event) =>
              set({ solver: event.target.value === 'synthesizer' ? 'synthesizer' : 'synthesizer-untrained' })
            }
          >
            <option value="synthesizer" disabled={lesson === undefined}>
              Synthesizer, with what it learnt
            </option>
            <option value="synthesizer-untrained">Synthesizer, unlearned</option>
          </select>
        </label>
        <label className="field">
          Candidates each
          <select value={order.budget} onChange={(event) => set({ budget: Number(event.target.value) })}>
            {budgets.map((budget) => (
              <option key={budget} value={budget}>
                {budget.toLocaleString('en')}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          Seed
          <input
            type="number"
            min={0}
            max={1_000_000}
            step={1}
            required
            value={order.seed}
            onChange={(event) => set({ seed: event.target.valueAsNumber || 0 })}
          />
        </label>
        <label className="field">
          At most
          <input
            type="number"
            min={1}
            max={10_000}
            step={1}
            placeholder="all"
            value={order.limit ?? ''}
            onChange={(event) => set({ limit: event.target.valueAsNumber || undefined })}
          />
        </label>
      </div>
      {lesson === undefined && (
        <p className="muted">
          It learnt nothing yet: <code>salp bench run --learn</code> teaches it on the half that is for learning.
        </p>
      )}
      <div className="run-start">
        <button type="submit" className="button button-primary" disabled={!connected || starting || tried === 0}>
          <Icon name="play" /> Start
        </button>
        <span className="muted number">{plural(tried, 'problem')}</span>
      </div>
      {problem !== undefined && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
