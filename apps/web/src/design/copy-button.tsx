/** Copies text, and says that it did. */

import { useEffect, useState } from 'react'
import { Icon } from './icon.js'

/** A button that copies `text`. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_600)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      className="button-quiet button-icon button-small"
      aria-label={copied ? 'Copied' : label}
      title={label}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <Icon name={copied ? 'check' : 'copy'} size={15} />
    </button>
  )
}
