/** Begins a cartridge: from a template, found by a few words, or from an empty one. */

import type { Kind, Language, TemplateView } from '@salp/cartridge'
import { type FormEvent, useId, useState } from 'react'
import { useStudio } from '../api/studio.js'
import { Dialog, DialogHead } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import { useAttempt } from '../design/notices.js'
import { cartridgesHash } from './route.js'
import { searchTemplates } from './template-search.js'
import { kindWords, languagesOf, languageWords } from './words.js'

const kinds = Object.keys(kindWords) as Kind[]

/** The dialog. A cartridge that is made is opened. */
export function NewCartridge({
  templates,
  languages,
  onClose,
}: {
  templates: readonly TemplateView[]
  /** What the node has compilers for. */
  languages: readonly Language[]
  onClose: () => void
}) {
  const { api } = useStudio()
  const attempt = useAttempt()
  const [query, setQuery] = useState('')
  const [making, setMaking] = useState(false)
  const found = searchTemplates(query, templates)

  async function make(order: Parameters<typeof api.createCartridge>[0]): Promise<void> {
    if (making) return
    setMaking(true)
    const made = await attempt('make the cartridge', async () => {
      const { id } = await api.createCartridge(order)
      location.hash = cartridgesHash({ id })
    })
    if (made) onClose()
    else setMaking(false)
  }

  return (
    <Dialog label="New cartridge" place="top" onClose={onClose}>
      <DialogHead title="New cartridge" onClose={onClose} />
      <div className="new-cartridge">
        <Blank offered={languages} disabled={making} onMake={make} />
        <h3>Or begin with one that works</h3>
        <label className="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Find a template"
            placeholder="snake, chart, to-do list…"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && found[0]) void make({ template: found[0].id })
            }}
          />
        </label>
        <ul className="templates" aria-label="Templates">
          {found.map(({ id, name, description, kind }) => (
            <li key={id}>
              <button type="button" className="template" disabled={making} onClick={() => void make({ template: id })}>
                <Icon name={kindWords[kind].icon} />
                <span>
                  <strong>{name}</strong> <span className="muted">{kindWords[kind].name}</span>
                  <small>{description}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
        {found.length === 0 && (
          <p className="muted">No template fits. Salp may write it: say what you would like in a conversation.</p>
        )}
      </div>
    </Dialog>
  )
}

function Blank({
  disabled,
  offered,
  onMake,
}: {
  disabled: boolean
  offered: readonly Language[]
  onMake: (order: { name: string; kind: Kind; language: Language }) => void
}) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>('interactive')
  const [chosen, setLanguage] = useState<Language>('assemblyscript')
  const id = useId()
  const languages = languagesOf(kind, offered)
  const language = languages.includes(chosen) ? chosen : 'assemblyscript'
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (name.trim() !== '') onMake({ name: name.trim(), kind, language })
  }
  return (
    <form className="new-blank" aria-label="Empty cartridge" onSubmit={submit}>
      <label className="field" htmlFor={`${id}-name`}>
        Name
        <input
          id={`${id}-name`}
          // React keeps the attribute to itself, and the dialog looks for it.
          ref={(field) => field?.setAttribute('autofocus', '')}
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <fieldset className="kind-choice">
        <legend className="visually-hidden">Kind</legend>
        {kinds.map((one) => (
          <label key={one} className={one === kind ? 'kind kind-chosen' : 'kind'}>
            <input
              type="radio"
              className="visually-hidden"
              name={`${id}-kind`}
              checked={one === kind}
              onChange={() => setKind(one)}
            />
            <Icon name={kindWords[one].icon} />
            <span>
              {kindWords[one].name}
              <small>{kindWords[one].means}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="new-blank-end">
        <select
          aria-label="Language"
          value={language}
          disabled={languages.length < 2}
          onChange={(event) => setLanguage(event.target.value as Language)}
        >
          {languages.map((one) => (
            <option key={one} value={one}>
              {languageWords[one]}
            </option>
          ))}
        </select>
        <button type="submit" className="button button-primary" disabled={disabled || name.trim() === ''}>
          Create
        </button>
      </div>
    </form>
  )
}
