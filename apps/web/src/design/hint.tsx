/** Words that explain themselves: pointing at them or focusing them shows what they mean. */

import { type ReactNode, useId, useRef } from 'react'

const gapPx = 6

/** Shows `explanation` on hover and on focus; Esc hides it. */
export function Hint({ explanation, children }: { explanation: ReactNode; children: ReactNode }) {
  const id = useId()
  const anchor = useRef<HTMLSpanElement>(null)
  const surface = useRef<HTMLSpanElement>(null)

  function show(): void {
    const from = anchor.current?.getBoundingClientRect()
    if (!from || !surface.current || surface.current.matches(':popover-open')) return
    surface.current.showPopover()
    const { width, height } = surface.current.getBoundingClientRect()
    const below = from.bottom + gapPx
    surface.current.style.left = `${Math.max(gapPx, Math.min(from.left, innerWidth - width - gapPx))}px`
    surface.current.style.top = `${below + height < innerHeight ? below : Math.max(gapPx, from.top - height - gapPx)}px`
  }
  const hide = () => surface.current?.matches(':popover-open') && surface.current.hidePopover()

  return (
    <>
      <span
        ref={anchor}
        className="hint"
        role="note"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the explanation is shown on focus
        tabIndex={0}
        aria-describedby={id}
        onPointerEnter={show}
        onPointerLeave={hide}
        onFocus={show}
        onBlur={hide}
        onKeyDown={(event) => {
          if (event.key === 'Escape') hide()
        }}
      >
        {children}
      </span>
      <span ref={surface} id={id} role="tooltip" popover="manual" className="popover hint-text">
        {explanation}
      </span>
    </>
  )
}
