/** A line of small values over time, newest at the right. */

const width = 320
const height = 46
const slots = 64

/** One value in [0, 1]; `marked` ones stand out. */
export interface SparkPoint {
  readonly key: string
  readonly level: number
  readonly marked: boolean
}

/** Draws the newest values as stems, so that few points read as well as many. */
export function Sparkline({ label, points }: { label: string; points: readonly SparkPoint[] }) {
  const shown = points.slice(-slots)
  const step = width / slots
  const start = slots - shown.length
  return (
    <svg className="sparkline" viewBox={`0 -4 ${width} ${height + 6}`} role="img" aria-label={label}>
      <line className="spark-base" x1="0" x2={width} y1={height} y2={height} />
      {shown.map(({ key, level, marked }, index) => {
        const x = (start + index + 0.5) * step
        const y = height - Math.max(0.02, level) * height
        return (
          <g key={key} className={marked ? 'spark-marked' : undefined}>
            <line className="spark-stem" x1={x} x2={x} y1={height} y2={y} />
            {marked && <circle className="spark-dot" cx={x} cy={y} r="3" />}
          </g>
        )
      })}
    </svg>
  )
}
