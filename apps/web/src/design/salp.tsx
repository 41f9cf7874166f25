/** The animal this is named after: a translucent barrel with muscle bands and one warm nucleus. */

import type { CSSProperties } from 'react'

const outline = 'M8 16.5C16 8.5 25 6 34 6c10 0 18 4 23 10v16c-5 6-13 10-23 10-9 0-18-2.5-26-10.5Z'
const bands = [
  { x: 20, height: 14.2 },
  { x: 30, height: 17.6 },
  { x: 40, height: 17.4 },
]

function Body() {
  return (
    <>
      <path className="salp-body" d={outline} />
      {bands.map(({ x, height }) => (
        <ellipse key={x} className="salp-band" cx={x} cy="24" rx="3.6" ry={height} />
      ))}
      <ellipse className="salp-nucleus" cx="48.5" cy="33" rx="5.6" ry="4.2" transform="rotate(-32 48.5 33)" />
    </>
  )
}

/** One salp. `swimming` makes it contract, as it does to move. */
export function Salp({ size = 24, swimming = false }: { size?: number; swimming?: boolean }) {
  return (
    <svg
      className={swimming ? 'salp salp-swimming' : 'salp'}
      width={(size * 64) / 48}
      height={size}
      viewBox="0 0 64 48"
      aria-hidden="true"
    >
      <Body />
    </svg>
  )
}

const links = [
  { x: 0, y: 44, turn: -24 },
  { x: 46, y: 23, turn: -15 },
  { x: 95, y: 11, turn: -5 },
  { x: 145, y: 11, turn: 6 },
  { x: 194, y: 23, turn: 16 },
  { x: 239, y: 45, turn: 25 },
]

/** Salps linked into a chain, for an empty page. */
export function SalpChain() {
  return (
    <svg className="salp-chain" viewBox="-6 0 314 104" aria-hidden="true">
      {links.map(({ x, y, turn }, index) => (
        <g key={x} transform={`translate(${x} ${y}) rotate(${turn} 32 24)`}>
          <g className="salp-drift" style={{ '--link': index } as CSSProperties}>
            <Body />
          </g>
        </g>
      ))}
    </svg>
  )
}
