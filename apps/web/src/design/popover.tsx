/** A small surface beside a button, on the browser's own popover: it closes on Esc and on a click elsewhere. */

import { type ReactNode, useId, useRef } from 'react'

const gapPx = 8

/** A button that opens a popover. */
export function Popover({
  label,
  className,
  button,
  children,
}: {
  /** Accessible name of the button, where its content does not say it. */
  label?: string
  className?: string
  button: ReactNode
  children: ReactNode
}) {
  const id = useId()
  const anchor = useRef<HTMLButtonElement>(null)

  function place(surface: HTMLElement): void {
    const from = anchor.current?.getBoundingClientRect()
    if (!from) return
    const { width, height } = surface.getBoundingClientRect()
    const left = Math.max(gapPx, Math.min(from.left, innerWidth - width - gapPx))
    const above = from.top - height - gapPx
    surface.style.left = `${left}px`
    surface.style.top = `${above > gapPx ? above : Math.min(from.bottom + gapPx, innerHeight - height - gapPx)}px`
  }

  return (
    <>
      <button ref={anchor} type="button" className={className} aria-label={label} popoverTarget={id}>
        {button}
      </button>
      <div
        id={id}
        popover="auto"
        className="popover"
        onToggle={(event) => {
          if (event.newState === 'open') place(event.currentTarget)
        }}
      >
        {children}
      </div>
    </>
  )
}
