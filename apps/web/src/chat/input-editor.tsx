/** Edits the input of a call before it is approved. */

import { useEffect, useId, useRef, useState } from 'react'

/** Longer texts, and those with several lines, get a box. */
const shortChars = 160

/** One field for each value of the input; what is neither text, number nor switch is edited as JSON. */
export function InputEditor({
  input,
  onSave,
  onCancel,
}: {
  input: Readonly<Record<string, unknown>>
  onSave: (input: Record<string, unknown>) => void
  onCancel: () => void
}) {
  const [fields, setFields] = useState<Readonly<Record<string, unknown>>>(input)
  const form = useRef<HTMLFormElement>(null)
  const [broken, setBroken] = useState<readonly string[]>([])
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), [])
  const set = (name: string, value: unknown) => setFields((before) => ({ ...before, [name]: value }))

  return (
    <form
      ref={form}
      className="input-editor"
      aria-label="Edit input"
      onSubmit={(event) => {
        event.preventDefault()
        if (broken.length === 0) onSave({ ...fields })
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onCancel()
      }}
    >
      {Object.entries(input).map(([name, original]) => (
        <Field
          key={name}
          name={name}
          original={original}
          onChange={(value) => {
            set(name, value)
            setBroken((before) => before.filter((other) => other !== name))
          }}
          onBroken={() => setBroken((before) => [...before.filter((other) => other !== name), name])}
        />
      ))}
      {broken.length > 0 && <p className="field-error">Not valid JSON: {broken.join(', ')}</p>}
      <div className="actions">
        <button type="submit" className="button button-primary">
          Approve with these changes
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Keep as it was
        </button>
      </div>
    </form>
  )
}

function Field({
  name,
  original,
  onChange,
  onBroken,
}: {
  name: string
  original: unknown
  onChange: (value: unknown) => void
  onBroken: () => void
}) {
  const id = useId()
  if (typeof original === 'boolean') {
    return (
      <label className="field-row">
        <input type="checkbox" defaultChecked={original} onChange={(event) => onChange(event.target.checked)} />
        {name}
      </label>
    )
  }
  if (typeof original === 'number') {
    return (
      <div className="field">
        <label htmlFor={id}>{name}</label>
        <input
          id={id}
          type="number"
          defaultValue={original}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      </div>
    )
  }
  if (typeof original === 'string' && !original.includes('\n') && original.length <= shortChars) {
    return (
      <div className="field">
        <label htmlFor={id}>{name}</label>
        <input
          id={id}
          className="mono"
          defaultValue={original}
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
    )
  }
  const isText = typeof original === 'string'
  const text = isText ? original : JSON.stringify(original, null, 2)
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <textarea
        id={id}
        className="mono"
        rows={Math.min(12, text.split('\n').length)}
        defaultValue={text}
        spellCheck={false}
        onChange={({ target: { value } }) => {
          if (isText) return onChange(value)
          try {
            onChange(JSON.parse(value))
          } catch {
            onBroken()
          }
        }}
      />
    </div>
  )
}
