/** Which records the list shows. */

import { useId, useState } from 'react'
import { Icon } from '../../design/icon.js'
import { useMedia } from '../../design/media.js'
import type { MemoryRoute } from './route.js'

const options = {
  kind: [
    ['fact', 'Facts'],
    ['event', 'Events'],
    ['preference', 'Preferences'],
    ['procedure', 'Procedures'],
    ['summary', 'Summaries'],
  ],
  verification: [
    ['stated', 'Stated'],
    ['inferred', 'Inferred'],
    ['verified', 'Verified'],
  ],
  author: [
    ['user', 'You'],
    ['agent', 'Salp'],
    ['tool', 'A tool'],
    ['import', 'An import'],
  ],
} as const

/** Fields that narrow the list, those in use shown as such. On a small screen they stand behind a button. */
export function Filters({
  route,
  tags,
  onChange,
}: {
  route: MemoryRoute
  /** Tags to choose from. */
  tags: readonly string[]
  onChange: (change: Partial<MemoryRoute>) => void
}) {
  const roomy = useMedia('(min-width: 56rem)')
  const [open, setOpen] = useState(false)
  const id = useId()
  const used = [route.kind, route.verification, route.author, route.tag, route.asOf, route.state].filter(Boolean).length
  const fields = (
    <fieldset id={id} className="filters" aria-label="Filters">
      <Choice
        label="Kind"
        any="Any kind"
        options={options.kind}
        value={route.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <Choice
        label="Standing"
        any="Any standing"
        options={options.verification}
        value={route.verification}
        onChange={(verification) => onChange({ verification })}
      />
      <Choice
        label="Said by"
        any="Said by anyone"
        options={options.author}
        value={route.author}
        onChange={(author) => onChange({ author })}
      />
      <label>
        <span className="visually-hidden">Tag</span>
        <input
          key={route.tag ?? ''}
          className={route.tag === undefined ? undefined : 'filter-used'}
          placeholder="Any tag"
          defaultValue={route.tag ?? ''}
          list={`${id}-tags`}
          onBlur={(event) => onChange({ tag: event.target.value.trim() || undefined })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onChange({ tag: event.currentTarget.value.trim() || undefined })
          }}
        />
        <datalist id={`${id}-tags`}>
          {tags.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </label>
      <Choice
        label="Show"
        any="What holds"
        options={[['closed', 'What was replaced']]}
        value={route.state}
        disabled={route.query !== undefined}
        onChange={(state) => onChange({ state })}
      />
      <label className="filter-date">
        <span>Believed on</span>
        <input
          type="date"
          className={route.asOf === undefined ? undefined : 'filter-used'}
          value={route.asOf ?? ''}
          onChange={(event) => onChange({ asOf: event.target.value || undefined })}
        />
      </label>
      {used > 0 && (
        <button
          type="button"
          className="button-quiet button-small"
          onClick={() =>
            onChange({
              kind: undefined,
              verification: undefined,
              author: undefined,
              tag: undefined,
              asOf: undefined,
              state: undefined,
            })
          }
        >
          Clear
        </button>
      )}
    </fieldset>
  )
  if (roomy) return fields
  return (
    <>
      <button
        type="button"
        className="button filters-toggle"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="filter" size={16} /> Filters{used > 0 && ` (${used})`}
      </button>
      {open && fields}
    </>
  )
}

function Choice<Value extends string>({
  label,
  any,
  options,
  value,
  disabled = false,
  onChange,
}: {
  label: string
  any: string
  options: readonly (readonly [Value, string])[]
  value: Value | undefined
  disabled?: boolean
  onChange: (value: Value | undefined) => void
}) {
  return (
    <label>
      <span className="visually-hidden">{label}</span>
      <select
        className={value === undefined ? undefined : 'filter-used'}
        value={value ?? ''}
        disabled={disabled}
        onChange={(event) => onChange(options.find(([one]) => one === event.target.value)?.[0])}
      >
        <option value="">{any}</option>
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
