/** Text as a QR code. */

import { encode } from 'uqr'

/** Blank modules around the code, as ISO/IEC 18004 asks for. */
const quiet = 4

/** Draws `text` dark on light, whatever the theme: scanners take nothing else for granted. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, data } = encode(text, { ecc: 'M', border: 0 })
  const dark = data.flatMap((row, y) => row.map((on, x) => (on ? `M${x + quiet} ${y + quiet}h1v1h-1z` : ''))).join('')
  const side = size + 2 * quiet
  return (
    <svg className="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect className="qr-light" width={side} height={side} />
      <path className="qr-dark" d={dark} />
    </svg>
  )
}
