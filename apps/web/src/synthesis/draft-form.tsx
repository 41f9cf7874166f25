/** What a function is to do: its signature, and a table of examples. */

import { type ClipboardEvent, type FocusEvent, type KeyboardEvent, useId, useRef, useState } from 'react'
import { Dialog, DialogHead } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import {
  addRow,
  type Cell,
  changeParameters,
  type Draft,
  exampleOf,
  isFilled,
  most,
  pastedDraft,
  type Row,
  readType,
} from './draft.js'

/** What the fields of a draft share. */
interface FieldProps {
  readonly draft: Draft
  /** What is wrong, where it is to be told. */
  readonly problems: ReadonlyMap<Cell, string>
  readonly onChange: (draft: Draft) => void
  /** A cell was left. */
  readonly onTouched: (cell: Cell) => void
}

const types = ['number', 'boolean', 'string', 'number[]', 'string[]', 'boolean[]', 'number[][]', '[number, string]']

/** Name, parameters and result. */
export function SignatureFields({ draft, ...rest }: FieldProps) {
  const { onChange } = rest
  const list = useId()
  const { parameters } = draft
  const setParameter = (at: number, part: Partial<Draft['parameters'][number]>): void =>
    onChange({ ...draft, parameters: parameters.map((one, index) => (index === at ? { ...one, ...part } : one)) })
  return (
    <fieldset className="signature" aria-label="Signature">
      <datalist id={list}>
        {types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <Text {...rest} cell="name" label="Name" text={draft.name} onText={(name) => onChange({ ...draft, name })} />
      <div className="signature-inputs">
        <ol className="signature-parameters">
          {parameters.map(({ name, type }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a parameter is its place, its name may be anything
            <li key={at}>
              <Text
                {...rest}
                cell={`parameter ${at} name`}
                label={`Parameter ${at + 1}`}
                text={name}
                onText={(next) => setParameter(at, { name: next })}
              />
              <Text
                {...rest}
                cell={`parameter ${at} type`}
                label="Type"
                name={`Type of parameter ${at + 1}`}
                list={list}
                text={type}
                onText={(next) => setParameter(at, { type: next })}
              />
              <button
                type="button"
                className="button-quiet button-icon"
                aria-label={`Remove parameter ${name}`}
                title="Remove"
                onClick={() => onChange(changeParameters(draft, { remove: at }))}
              >
                <Icon name="close" size={15} />
              </button>
            </li>
          ))}
        </ol>
        {parameters.length < most.parameters && (
          <button
            type="button"
            className="button-quiet button-small"
            onClick={() => onChange(changeParameters(draft, 'add'))}
          >
            <Icon name="plus" size={15} /> Parameter
          </button>
        )}
      </div>
      <Text
        {...rest}
        cell="returns"
        label="Gives"
        list={list}
        text={draft.returns}
        onText={(returns) => onChange({ ...draft, returns })}
      />
    </fieldset>
  )
}

function Text({
  cell,
  label,
  name,
  text,
  list,
  problems,
  onText,
  onTouched,
}: Pick<FieldProps, 'problems' | 'onTouched'> & {
  cell: Cell
  label: string
  /** Accessible name, where the label is not enough. */
  name?: string
  text: string
  list?: string
  onText: (text: string) => void
}) {
  const id = useId()
  const problem = problems.get(cell)
  return (
    <div className="field signature-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="mono"
        data-cell={cell}
        aria-label={name}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        list={list}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onBlur={(event) => touch(event, () => onTouched(cell))}
      />
      {problem !== undefined && (
        <span id={`${id}-problem`} className="field-error">
          {problem}
        </span>
      )}
    </div>
  )
}

/** The examples, one a row. `passed` says of a function that was found which rows it agrees with, by key. */
export function ExamplesTable({
  draft,
  problems,
  passed,
  onChange,
  onTouched,
}: FieldProps & { passed: ReadonlyMap<number, boolean> | undefined }) {
  const [pasting, setPasting] = useState(false)
  const table = useRef<HTMLTableElement>(null)
  const { parameters, rows } = draft
  const setRow = (key: number, change: (row: Row) => Row): void =>
    onChange({ ...draft, rows: rows.map((row) => (row.key === key ? change(row) : row)) })
  function add(): void {
    const { draft: longer, key } = addRow(draft)
    onChange(longer)
    focusCell(`row ${key} ${parameters.length === 0 ? 'returns' : 0}`)
  }
  function onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData.getData('text').trim()
    // A list of examples, rather than a value of one cell.
    if (!/^(?:\[\s*)?\{/.test(text)) return
    const pasted = pastedDraft(text, draft)
    if (!('draft' in pasted)) return
    event.preventDefault()
    onChange(pasted.draft)
  }
  /** Up and down go from row to row, as in a spreadsheet. */
  function onKeyDown(event: KeyboardEvent): void {
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || event.altKey || event.shiftKey) return
    const cells = [...(table.current?.querySelectorAll<HTMLInputElement>('input') ?? [])]
    const at = event.target instanceof HTMLInputElement ? cells.indexOf(event.target) : -1
    const next = at < 0 ? undefined : cells[at + (event.key === 'ArrowUp' ? -1 : 1) * (parameters.length + 1)]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
    next.select()
  }
  return (
    <div className="examples">
      <table ref={table} className="examples-table" aria-label="Examples" onPaste={onPaste} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            {parameters.map(({ name, type }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a parameter is its place, its name may be anything
              <th key={at} scope="col">
                {name} <span className="muted mono">{type}</span>
              </th>
            ))}
            <th scope="col">
              gives <span className="muted mono">{draft.returns}</span>
            </th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.key}>
              {parameters.map(({ name, type }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a parameter is its place, its name may be anything
                <td key={at} data-label={name}>
                  <ValueInput
                    cell={`row ${row.key} ${at}`}
                    label={`${name} of example ${index + 1}`}
                    text={row.args[at] ?? ''}
                    type={type}
                    problems={problems}
                    onTouched={onTouched}
                    onText={(text) =>
                      setRow(row.key, (before) => ({
                        ...before,
                        args: parameters.map((_, place) => (place === at ? text : (before.args[place] ?? ''))),
                      }))
                    }
                  />
                </td>
              ))}
              <td data-label="gives" className="examples-result">
                <ValueInput
                  cell={`row ${row.key} returns`}
                  label={`Result of example ${index + 1}`}
                  text={row.returns}
                  type={draft.returns}
                  problems={problems}
                  onTouched={onTouched}
                  onText={(returns) => setRow(row.key, (before) => ({ ...before, returns }))}
                />
              </td>
              <td className="examples-end">
                {passed?.get(row.key) === true && isFilled(row) && (
                  <span className="examples-fits" title="The function gives this">
                    <Icon name="check" size={15} />
                    <span className="visually-hidden">fits</span>
                  </span>
                )}
                <button
                  type="button"
                  className="button-quiet button-icon button-small"
                  aria-label={`Remove example ${index + 1}`}
                  title="Remove"
                  onClick={() => onChange({ ...draft, rows: rows.filter(({ key }) => key !== row.key) })}
                >
                  <Icon name="close" size={15} />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {problems.has('rows') && (
        <p className="field-error" role="alert">
          {problems.get('rows')}
        </p>
      )}
      <div className="actions">
        {rows.length < most.rows && (
          <button type="button" className="button button-small" onClick={add}>
            <Icon name="plus" size={15} /> Example
          </button>
        )}
        <button type="button" className="button-quiet button-small" onClick={() => setPasting(true)}>
          <Icon name="copy" size={15} /> Paste JSON
        </button>
      </div>
      {pasting && <PasteDialog draft={draft} onPasted={onChange} onClose={() => setPasting(false)} />}
    </div>
  )
}

/** One value, typed as JSON; a string may go without its quotes. */
export function ValueInput({
  cell,
  label,
  text,
  type,
  problems,
  onText,
  onTouched,
}: Pick<FieldProps, 'problems'> & {
  cell: Cell
  label: string
  text: string
  type: string
  onText: (text: string) => void
  onTouched?: (cell: Cell) => void
}) {
  const id = useId()
  const problem = problems.get(cell)
  const known = readType(type)
  return (
    <>
      <input
        className="mono"
        data-cell={cell}
        aria-label={label}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : id}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        placeholder={known === undefined ? '' : known === 'string' ? 'text' : exampleOf(known)}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onBlur={(event) => touch(event, () => onTouched?.(cell))}
      />
      {problem !== undefined && (
        <span id={id} className="field-error">
          {problem}
        </span>
      )}
    </>
  )
}

function PasteDialog({
  draft,
  onPasted,
  onClose,
}: {
  draft: Draft
  onPasted: (draft: Draft) => void
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  function use(): void {
    const pasted = pastedDraft(text, draft)
    if ('draft' in pasted) {
      onPasted(pasted.draft)
      onClose()
    } else setProblem(pasted.problem)
  }
  return (
    <Dialog label="Paste JSON" onClose={onClose}>
      <DialogHead title="Paste JSON" onClose={onClose} />
      {/* No form: it would stand within the one that searches. */}
      <div className="paste">
        <p className="muted">It takes the place of the examples, and of their types.</p>
        <textarea
          className="mono"
          aria-label="Examples as JSON"
          rows={8}
          spellCheck={false}
          placeholder={'[{ "args": [[1, 2, 3]], "returns": 6 }]'}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {problem !== undefined && (
          <p className="field-error" role="alert">
            {problem}
          </p>
        )}
        <div className="actions">
          <button type="button" className="button button-primary" onClick={use}>
            Use these
          </button>
        </div>
      </div>
    </Dialog>
  )
}

/** Tells that a cell was left, unless it was for a button: what is said then would move that away under the finger. */
function touch({ relatedTarget }: FocusEvent, onTouched: () => void): void {
  if (!(relatedTarget instanceof HTMLButtonElement)) onTouched()
}

/** Puts the cursor into a cell, once it is there. */
export function focusCell(cell: Cell): void {
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`[data-cell="${cell}"]`)?.focus())
}
