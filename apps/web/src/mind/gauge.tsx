/** A gain that rests at 1, drawn as its distance from rest. */

import { type ReactNode, useId } from 'react'

const greatest = 2

/** Shows a modulator; pointing at it or focusing it tells what it does. */
export function Gauge({
  name,
  value,
  explanation,
  label = name,
}: {
  name: string
  value: number
  /** Absent where `label` explains it. */
  explanation?: string
  label?: ReactNode
}) {
  const id = useId()
  const from = Math.min(value, 1) / greatest
  const width = Math.abs(value - 1) / greatest
  return (
    <div className="gauge-row">
      {/* biome-ignore lint/a11y/useSemanticElements: a meter element cannot be drawn from its middle */}
      <div
        className="gauge"
        role="meter"
        tabIndex={explanation === undefined ? undefined : 0}
        aria-label={name}
        aria-describedby={explanation === undefined ? undefined : id}
        aria-valuemin={0}
        aria-valuemax={greatest}
        aria-valuenow={value}
        aria-valuetext={`${value.toFixed(2)}, ${restText(value)}`}
      >
        <span className="gauge-name">{label}</span>
        <span className="gauge-track">
          <span className="gauge-fill" style={{ left: `${from * 100}%`, width: `${width * 100}%` }} />
          <span className="gauge-mark" style={{ left: `${(value / greatest) * 100}%` }} />
        </span>
        <span className="number">{value.toFixed(2)}</span>
      </div>
      {explanation !== undefined && (
        <p id={id} className="gauge-explanation">
          <span>{explanation}</span>
        </p>
      )}
    </div>
  )
}

function restText(value: number): string {
  if (Math.abs(value - 1) < 0.05) return 'at rest'
  return value > 1 ? 'raised' : 'lowered'
}
