/** The name of a number, which explains it. */

import { Hint } from '../../design/hint.js'
import { type Explained, explanations } from './explanations.js'

/** Shows the name, and on hover or focus what it is, how it comes about, its range and what it steers. */
export function Term({ of }: { of: Explained }) {
  const { name, what, formula, range, steers } = explanations[of]
  return (
    <Hint
      explanation={
        <>
          <strong>{what}</strong>
          <Line name="How" text={formula} />
          <Line name="Range" text={range} />
          <Line name="Steers" text={steers} />
        </>
      }
    >
      {name}
    </Hint>
  )
}

function Line({ name, text }: { name: string; text: string }) {
  return (
    <span className="hint-line">
      <span className="hint-name">{name}</span> {text}
    </span>
  )
}

/** A number beneath its name. */
export function Figure({ of, children }: { of: Explained; children: string }) {
  return (
    <div className="figure">
      <dt>
        <Term of={of} />
      </dt>
      <dd className="number">{children}</dd>
    </div>
  )
}
