/** A small chart of bars over time, newest at the right. */

/** One stretch of time. */
export interface Bar {
  /** Names the bar among the others: the start of it, in ms since the epoch. */
  readonly at: number
  /** Lower end, as a share of the height. Range [0, 1]. @defaultValue `0` */
  readonly from?: number | undefined
  /** Upper end, like `from`; nothing is drawn up to 0. */
  readonly to: number
  /** What it stands for, shown where it is pointed at. */
  readonly words: string
}

const height = 40
/** Least height that is seen. */
const least = 1.5

/** Draws bars below a name and what they come to. */
export function BarChart({
  name,
  total,
  note,
  bars,
  bad = false,
}: {
  name: string
  /** What all bars come to, in words. */
  total: string
  note?: string | undefined
  bars: readonly Bar[]
  /** Whether bars mean that something went wrong. */
  bad?: boolean
}) {
  return (
    <figure className="bar-chart">
      <figcaption>
        <span className="bar-chart-name">{name}</span>
        <strong className="number">{total}</strong>
        {note !== undefined && <span className="bar-chart-note">{note}</span>}
      </figcaption>
      <svg
        className={bad ? 'bar-chart-bad' : undefined}
        viewBox={`0 0 ${bars.length} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${total}`}
      >
        {bars.map(({ at, from = 0, to, words }, index) => {
          const top = height - Math.max(least, to * height)
          return (
            <g key={at} className="bar">
              <title>{words}</title>
              <rect className="bar-place" x={index} y="0" width="1" height={height} />
              {to > 0 && (
                <rect
                  className="bar-fill"
                  x={index + 0.12}
                  y={top}
                  width="0.76"
                  height={Math.max(least, height - from * height - top)}
                />
              )}
            </g>
          )
        })}
      </svg>
    </figure>
  )
}
