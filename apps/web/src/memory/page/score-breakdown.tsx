/** Why a record was found, and found here. */

import { Popover } from '../../design/popover.js'
import { truncate } from '../../format/quantity.js'
import { type Explanation, scoreParts } from './score-parts.js'

const percent = (share: number) => `${Math.round(share * 100)} %`

/** The score as a button; it opens what the score is made of. */
export function ScoreBreakdown({
  content,
  score,
  explanation,
}: {
  content: string
  score: number
  explanation: Explanation
}) {
  const { matched, missed, coverage, freshness, confidence, inTime, newestVersion } = explanation
  const parts = scoreParts(explanation)
  return (
    <Popover
      className="score"
      label={`Why ${score.toFixed(2)}: ${truncate(content, 60)}`}
      button={
        <>
          <span className="score-bar" aria-hidden="true">
            <span style={{ width: `${100 * score}%` }} />
          </span>
          <span className="number">{score.toFixed(2)}</span>
        </>
      }
    >
      <p className="popover-lead">Why it was found</p>
      <div className="score-parts" aria-hidden="true">
        {parts.map(({ name, share }, index) => (
          <span key={name} className={`score-part-${index}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <dl className="facts">
        {parts.map(({ name, meaning, share }, index) => (
          <div key={name}>
            <dt>
              <span className={`dot score-part-${index}`} /> {name}
            </dt>
            <dd>
              {percent(share)} <span className="muted">{meaning}</span>
            </dd>
          </div>
        ))}
        {matched.length > 0 && (
          <div>
            <dt>Has</dt>
            <dd>
              {matched.join(', ')} <span className="muted">({percent(coverage)} of the question by weight)</span>
            </dd>
          </div>
        )}
        {missed.length > 0 && (
          <div>
            <dt>Lacks</dt>
            <dd>{missed.join(', ')}</dd>
          </div>
        )}
        <div>
          <dt>Fresh</dt>
          <dd>{percent(freshness)}</dd>
        </div>
        <div>
          <dt>Sure</dt>
          <dd>{percent(confidence)}</dd>
        </div>
        {inTime !== undefined && (
          <div>
            <dt>Time</dt>
            <dd>{inTime ? 'It happened when the question asks' : 'It happened at another time'}</dd>
          </div>
        )}
        {newestVersion === true && (
          <div>
            <dt>Version</dt>
            <dd>An older version was found; this one took its place</dd>
          </div>
        )}
      </dl>
      <p className="muted score-note">
        Shares are of the best hit before freshness, confidence and standing weigh in (0.85 to 1).
      </p>
    </Popover>
  )
}
