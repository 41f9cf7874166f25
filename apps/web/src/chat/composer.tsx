/** Where a person writes. */

import { type KeyboardEvent, useEffect, useRef } from 'react'
import { Icon } from '../design/icon.js'

/** What the composer shows and reports. */
export interface ComposerProps {
  readonly draft: string
  readonly running: boolean
  readonly onDraft: (draft: string) => void
  readonly onSend: (text: string) => void
  readonly onStop: () => void
}

/** The message box. Enter sends, Shift-Enter breaks the line; while a turn runs it offers to stop it. */
export function Composer({ draft, running, onDraft, onSend, onStop }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    // On a phone the keyboard would cover half of the page before it was read.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the box follows its text
  useEffect(() => {
    if (!box.current) return
    box.current.style.height = 'auto'
    box.current.style.height = `${box.current.scrollHeight}px`
  }, [draft])

  function send(): void {
    const text = draft.trim()
    if (text === '' || running) return
    onSend(text)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className={running ? 'composer composer-running' : 'composer'}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={box}
        data-composer=""
        aria-label="Message"
        placeholder={running ? 'Write the next message' : 'Ask, or tell Salp what to do'}
        rows={1}
        value={draft}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {running ? (
        <button type="button" className="nucleus nucleus-stop" aria-label="Stop" title="Stop (Esc)" onClick={onStop}>
          <Icon name="stop" size={20} />
        </button>
      ) : (
        <button type="submit" className="nucleus" aria-label="Send" title="Send (Enter)" disabled={draft.trim() === ''}>
          <Icon name="arrowUp" size={20} />
        </button>
      )}
    </form>
  )
}
