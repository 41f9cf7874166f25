/** The newest calls side by side: how much each surprised, how the gains stood after it, and under which regime. */

import { type KeyboardEvent, useRef } from 'react'
import { formatMoment } from '../../format/time.js'
import { bitsOf, type ObservedCall, regimeSpans } from './record.js'

/** Bits that fill the height; a call above it is cut, and marked. */
const tallest = 4

const gains = ['dopamine', 'noradrenaline', 'serotonin'] as const

/** Draws `calls`, oldest first. Arrow keys move between them; choosing one opens it. */
export function CallChart({
  calls,
  chosen,
  onChoose,
}: {
  calls: readonly ObservedCall[]
  chosen: string | undefined
  onChoose: (callId: string) => void
}) {
  const bars = useRef<HTMLDivElement>(null)
  const reached = Math.max(
    0,
    calls.findIndex(({ data }) => data.callId === chosen),
  )
  const focusable = chosen === undefined ? calls.length - 1 : reached

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const buttons: (Element | null)[] = [...(bars.current?.children ?? [])]
    const at = buttons.indexOf(document.activeElement)
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key]
    const next = to === undefined ? undefined : buttons[to]
    if (at < 0 || !(next instanceof HTMLElement)) return
    event.preventDefault()
    next.focus()
  }

  const moved = calls.some(({ data }) => gains.some((gain) => data.modulators[gain] !== 1))

  return (
    <div className="call-chart">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for input */}
      <div ref={bars} className="call-bars" role="group" aria-label="Surprise per call" onKeyDown={onKeyDown}>
        {calls.map((call, index) => (
          <Bar
            key={call.sequence}
            call={call}
            current={call.data.callId === chosen}
            focusable={index === focusable}
            onChoose={() => onChoose(call.data.callId)}
          />
        ))}
      </div>
      {moved && <GainLines calls={calls} />}
      <ul className="regime-strip" aria-label="Regimes, oldest first">
        {regimeSpans(calls).map(({ regime, calls: count, from }) => (
          <li
            key={from}
            className={`regime-${regime}`}
            style={{ flexGrow: count }}
            title={`${regime}: ${count === 1 ? '1 call' : `${count} calls`}`}
          >
            <span className="regime-span">{regime}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The three gains after each call. */
function GainLines({ calls }: { calls: readonly ObservedCall[] }) {
  return (
    <>
      <div className="gain-key" aria-hidden="true">
        {gains.map((gain) => (
          <span key={gain} className={`gain-${gain}`}>
            {gain}
          </span>
        ))}
      </div>
      <div className="gain-lines" role="img" aria-label={`Gains over the last ${calls.length} calls, from 0.1 to 1.9`}>
        <svg viewBox={`0 0 ${Math.max(1, calls.length - 1)} 2`} preserveAspectRatio="none" aria-hidden="true">
          <line className="gain-rest" x1="0" x2={calls.length} y1="1" y2="1" />
          {gains.map((gain) => (
            <polyline
              key={gain}
              className={`gain-${gain}`}
              points={calls.map(({ data }, index) => `${index},${2 - data.modulators[gain]}`).join(' ')}
            />
          ))}
        </svg>
      </div>
    </>
  )
}

function Bar({
  call,
  current,
  focusable,
  onChoose,
}: {
  call: ObservedCall
  current: boolean
  focusable: boolean
  onChoose: () => void
}) {
  const { at, data } = call
  const bits = bitsOf(call)
  const words = `${data.tool}, ${outcomeWords(data)}, ${bits.toFixed(1)} bits, ${formatMoment(at)}`
  return (
    <button
      type="button"
      className={data.outcome === 'ok' ? 'bar-ok' : 'bar-bad'}
      aria-label={words}
      aria-current={current ? 'true' : undefined}
      title={words}
      tabIndex={focusable ? 0 : -1}
      onClick={onChoose}
    >
      <span style={{ height: `${Math.min(1, bits / tallest) * 100}%` }} className={bits > tallest ? 'bar-cut' : ''} />
    </button>
  )
}

/** How a call ended, in a word or two. */
export function outcomeWords({ outcome, errorKind, again }: ObservedCall['data']): string {
  if (again === true) return 'did not hold when looked at again'
  if (errorKind === 'unverified') return 'failed its check'
  return outcome === 'error' ? (errorKind ?? 'failed') : outcome
}
