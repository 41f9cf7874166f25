/** Finds a command by typing. */

import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { Dialog } from '../design/dialog.js'
import { Icon } from '../design/icon.js'
import type { Command } from './command.js'
import { bestMatches } from './match.js'

/** The command palette: type, choose with the arrow keys, run with Enter. */
export function Palette({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const found = bestMatches(query, commands, ({ name, note }) => (note ? `${name} ${note}` : name))
  const active = found[Math.min(chosen, found.length - 1)]

  function run(command: Command | undefined): void {
    if (!command) return
    onClose()
    command.run()
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      run(active)
    }
    if (step === 0 || found.length === 0) return
    event.preventDefault()
    const next = (chosen + step + found.length) % found.length
    setChosen(next)
    list.current?.children.item(next)?.scrollIntoView({ block: 'nearest' })
  }

  return (
    <Dialog label="Commands" place="top" onClose={onClose}>
      <label className="search palette-search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Find a command"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={active && `${id}-${active.id}`}
          aria-autocomplete="list"
          placeholder="Find a command or a conversation"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <div ref={list} id={id} className="palette-list" role="listbox" aria-label="Commands">
        {found.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys and names the active option
          <div
            key={command.id}
            id={`${id}-${command.id}`}
            className="palette-option"
            role="option"
            tabIndex={-1}
            aria-selected={command === active}
            onClick={() => run(command)}
            onPointerMove={() => setChosen(found.indexOf(command))}
          >
            <Icon name={command.icon} />
            <span className="palette-name">{command.name}</span>
            {command.note && <span className="palette-note">{command.note}</span>}
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="muted pad">No command fits.</p>}
    </Dialog>
  )
}

/** Keys, each in a frame. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys">
      {keys.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  )
}
