/** Keys that work anywhere on the page. */

import { useEffect, useRef } from 'react'

/** What a key press asks for, or nothing. */
export type GlobalKey =
  | 'palette'
  | 'asking'
  | 'new'
  | 'panel'
  | 'tab-1'
  | 'tab-2'
  | 'tab-3'
  | 'tab-4'
  | 'write'
  | 'help'

/** The parts of a key press that matter here. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Reads a key press; `typing` when it goes into a field, where plain keys are text. */
export function globalKey({ key, code, ctrlKey, metaKey, altKey }: KeyPress, typing: boolean): GlobalKey | undefined {
  if (ctrlKey || metaKey) {
    if (altKey) return undefined
    return key.toLowerCase() === 'k' ? 'palette' : key.toLowerCase() === 'j' ? 'asking' : undefined
  }
  if (altKey) {
    // With Alt held the character depends on the layout, the code does not.
    const tab = /^Digit([1-4])$/.exec(code)?.[1]
    if (tab) return `tab-${tab}` as GlobalKey
    return code === 'KeyN' ? 'new' : code === 'KeyB' ? 'panel' : undefined
  }
  if (typing) return undefined
  return key === '/' ? 'write' : key === '?' ? 'help' : undefined
}

/** Runs `action` for each such key. Only the palette's answers while a dialog is open. */
export function useGlobalKeys(action: (key: GlobalKey) => void): void {
  const latest = useRef(action)
  useEffect(() => {
    latest.current = action
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // Inside a frontend's shadow root the event's own target is all of it.
      const [target] = event.composedPath()
      const typing = target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
      const key = globalKey(event, typing)
      if (key === undefined || document.querySelector('dialog[open]')) return
      event.preventDefault()
      latest.current(key)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
