/** How rates changed from run to run over the same problems. */

import type { RunSummary } from '../api/contracts.js'
import { useMedia } from '../design/media.js'
import { formatMoment } from '../format/time.js'
import { benchmarkHash } from './route.js'
import { intervalText, rateText, solverWords } from './words.js'

const height = 190
const edges = { left: 44, right: 14, top: 12, bottom: 26 } as const
const kinds = 4

/** Draws pass@1 with Wilson's intervals of 95 %, the oldest run first; every dot leads to its run. */
export function HistoryChart({ runs }: { runs: readonly RunSummary[] }) {
  const narrow = useMedia('(max-width: 40rem)')
  const width = narrow ? 360 : 900
  const solvers = [...new Set(runs.map(({ solver }) => solver))]
  const step = (width - edges.left - edges.right) / runs.length
  const yOf = (share: number): number => height - edges.bottom - share * (height - edges.bottom - edges.top)
  const kindOf = (solver: string): number => solvers.indexOf(solver) % kinds
  return (
    <figure className="history-chart" aria-label="pass@1 of each run">
      <svg viewBox={`0 0 ${width} ${height}`}>
        <title>pass@1 of each run</title>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share} className="history-line">
            <path d={`M${edges.left} ${yOf(share)}H${width - edges.right}`} />
            <text x={edges.left - 8} y={yOf(share) + 4}>
              {100 * share} %
            </text>
          </g>
        ))}
        {runs.map(({ id, solver, begunAt, endedAt, report: { all } }, at) => {
          const { estimate, low, high } = all.passAt1
          const x = edges.left + step * (at + 0.5)
          const words = `Run ${id}, ${formatMoment(begunAt)}: ${rateText(all.passAt1)} (${intervalText(all.passAt1)})`
          return (
            <a key={id} href={benchmarkHash({ view: 'run', id })} aria-label={words}>
              <title>{`${words}\n${solver}`}</title>
              <rect className="history-place" x={x - step / 2} y="0" width={step} height={height} />
              <path className={`history-interval history-${kindOf(solver)}`} d={`M${x} ${yOf(low)}V${yOf(high)}`} />
              {estimate !== null && (
                <circle
                  className={`history-dot history-${kindOf(solver)}${endedAt === undefined ? ' history-part' : ''}`}
                  cx={x}
                  cy={yOf(estimate)}
                  r="5"
                />
              )}
              {step > 16 && (
                <text x={x} y={height - 8}>
                  {id}
                </text>
              )}
            </a>
          )
        })}
      </svg>
      <figcaption className="history-key muted">
        <span>
          Runs by number, with Wilson intervals of 95 %.
          {runs.some(({ endedAt }) => endedAt === undefined) && ' A ring: it is not at its end.'}
        </span>
        {solvers.map((solver) => {
          const { who, how } = solverWords(solver)
          return (
            <span key={solver}>
              <span className={`history-sign history-${kindOf(solver)}`} /> {who} {how}
            </span>
          )
        })}
      </figcaption>
    </figure>
  )
}
