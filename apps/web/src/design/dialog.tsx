/** Modal surfaces on the browser's own dialog, which keeps the focus inside and closes on Esc. */

import { type ReactNode, useEffect, useRef } from 'react'
import { Icon } from './icon.js'

/** Where a dialog stands: in the middle, near the top, or as a sheet at an edge of a small screen. */
export type DialogPlace = 'middle' | 'top' | 'start' | 'bottom'

/** A modal dialog, open as long as it is rendered. */
export function Dialog({
  label,
  place = 'middle',
  onClose,
  children,
}: {
  label: string
  place?: DialogPlace
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Esc, which the browser turns into `close`
    <dialog
      ref={dialog}
      className={`dialog dialog-${place}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}

/** Title line of a dialog, with the button that closes it. */
export function DialogHead({ title, onClose }: { title: string; onClose: () => void }) {
  return (
    <header className="dialog-head">
      <h2>{title}</h2>
      <button type="button" className="button-quiet button-icon" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  )
}

/** Asks before something is lost. */
export function ConfirmDialog({
  title,
  detail,
  action,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  detail: string
  action: string
  onConfirm: () => void
  onClose: () => void
  /** What may be chosen before. */
  children?: ReactNode
}) {
  return (
    <Dialog label={title} onClose={onClose}>
      <div className="confirm">
        <h2>{title}</h2>
        <p>{detail}</p>
        {children}
        <div className="confirm-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-danger"
            onClick={() => {
              onConfirm()
              onClose()
            }}
          >
            {action}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
