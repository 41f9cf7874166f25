/** The place of the editor, which is loaded when it is first shown. */

import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import type { CodeEditor, CodeEditorOptions } from './code-editor.js'

/** What can be asked of an editor from outside. */
export type EditorHandle = Pick<CodeEditor, 'goTo' | 'mark'>

/** An editor of `text`; another text from outside is shown without losing the place. */
export function Editor({
  ref,
  text,
  label,
  language,
  check,
  onChange,
  onSubmit,
}: CodeEditorOptions & { ref?: Ref<EditorHandle> }) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<CodeEditor>(undefined)
  const [failed, setFailed] = useState(false)
  const latest = useRef({ text, check, onChange, onSubmit })
  const checked = check !== undefined
  useEffect(() => {
    latest.current = { text, check, onChange, onSubmit }
    editor.current?.setText(text)
  })
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => editor.current?.goTo(line, column),
    mark: (diagnostics) => editor.current?.mark(diagnostics),
  }))

  useEffect(() => {
    let open = true
    import('./code-editor.js').then(
      ({ createCodeEditor }) => {
        if (!open || place.current === null) return
        editor.current = createCodeEditor(place.current, {
          ...{ text: latest.current.text, label, language },
          onChange: (next) => latest.current.onChange(next),
          onSubmit: () => latest.current.onSubmit(),
          ...(checked && { check: (next, signal) => latest.current.check?.(next, signal) ?? Promise.resolve([]) }),
        })
      },
      () => open && setFailed(true),
    )
    return () => {
      open = false
      editor.current?.destroy()
      editor.current = undefined
    }
  }, [label, language, checked])

  return (
    <div ref={place} className="editor">
      {failed && (
        <textarea
          className="mono"
          aria-label={label}
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  )
}
