/** The problems of a run as a field of squares that fills in. */

import { benchmarkHash } from './route.js'
import { letterAt, letterWords } from './words.js'

/** Draws it. `current` is the problem that is tried now. */
export function OutcomeGrid({
  plan,
  letters,
  current,
}: {
  plan: readonly string[]
  letters: string
  current?: string | undefined
}) {
  return (
    <>
      <ol className="grid" aria-label="Problems">
        {plan.map((problem, at) => {
          const letter = letterAt(letters, at)
          const now = problem === current && letter === '.'
          const words = `${problem}: ${now ? 'being tried' : letterWords[letter]}`
          return (
            <li key={problem}>
              <a
                className={now ? 'cell cell-now' : `cell cell-${letter === '.' ? 'none' : letter}`}
                href={benchmarkHash({ view: 'problem', id: problem })}
                title={words}
                // Hundreds of stops would keep the keyboard from what follows; the list of problems has them too.
                tabIndex={-1}
              >
                <span className="visually-hidden">{words}</span>
              </a>
            </li>
          )
        })}
      </ol>
      <p className="grid-key muted">
        {(['p', 'f', 'u', '.'] as const).map((letter) => {
          const count = plan.filter((_, at) => letterAt(letters, at) === letter).length
          return (
            count > 0 && (
              <span key={letter}>
                <span className={`cell cell-${letter === '.' ? 'none' : letter}`} /> {count} {letterWords[letter]}
              </span>
            )
          )
        })}
      </p>
    </>
  )
}
