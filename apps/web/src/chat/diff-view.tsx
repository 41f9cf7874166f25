/** A change, line by line. */

import type { DiffLine } from './diff-lines.js'

const signs: Record<DiffLine['kind'], string> = { added: '+', removed: '−', context: ' ', heading: ' ' }

/** Shows the lines of a diff; the sign tells what the colour does. */
export function DiffView({ lines }: { lines: readonly DiffLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long diff is scrolled with the arrow keys
    <pre className="diff" tabIndex={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <span key={index} className={`diff-line diff-${line.kind}`}>
          <span className="diff-sign">{signs[line.kind]}</span>
          {line.text}
        </span>
      ))}
    </pre>
  )
}
