/** All cartridges, and the way to a new one. */

import type { CartridgeSummary, Language, TemplateView } from '@salp/cartridge'
import { useState } from 'react'
import { Icon } from '../design/icon.js'
import { formatCount, plural } from '../format/quantity.js'
import { formatAgo, formatMoment } from '../format/time.js'
import { NewCartridge } from './new-cartridge.js'
import { cartridgesHash } from './route.js'
import { kindWords } from './words.js'

/** Shows them, the one changed last first. */
export function CartridgeList({
  cartridges,
  templates,
  languages,
}: {
  cartridges: readonly CartridgeSummary[]
  templates: readonly TemplateView[]
  languages: readonly Language[]
}) {
  const [creating, setCreating] = useState(false)
  const sorted = cartridges.toSorted((a, b) => b.changedAt - a.changedAt)
  return (
    <div className="page-sections cartridges-sections">
      <header className="cartridges-head">
        <p className="cartridges-lead">
          Small programs that run in a sandbox: no files, no network, a limit on everything. Write them yourself, or let
          Salp do it.
        </p>
        <button
          type="button"
          className="button button-primary"
          aria-haspopup="dialog"
          onClick={() => setCreating(true)}
        >
          <Icon name="plus" /> New
        </button>
      </header>
      {cartridges.length === 0 ? (
        <Invitation />
      ) : (
        <ul className="cartridge-cards" aria-label="Cartridges">
          {sorted.map((cartridge) => (
            <CartridgeCard key={cartridge.id} cartridge={cartridge} />
          ))}
        </ul>
      )}
      {creating && <NewCartridge templates={templates} languages={languages} onClose={() => setCreating(false)} />}
    </div>
  )
}

const wishes = ['make a snake game', 'make a to-do list', 'make a JSON API that counts visits']

function Invitation() {
  return (
    <div className="cartridges-none">
      <Icon name="cartridge" size={40} />
      <h2>Nothing here yet</h2>
      <p>Say what you would like, and Salp writes it, tries it and shows it to you.</p>
      <ul className="actions" aria-label="Things to ask for">
        {wishes.map((wish) => (
          <li key={wish}>
            <button type="button" className="button" onClick={() => askFor(wish)}>
              {wish}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Begins a conversation with a text that is yet to be sent. */
function askFor(text: string): void {
  try {
    sessionStorage.setItem('salp:draft:new', text)
  } catch {
    // Without storage the conversation begins empty.
  }
  location.hash = '#/'
}

function CartridgeCard({ cartridge }: { cartridge: CartridgeSummary }) {
  const { id, name, description, kind, version, changed, published, price, changedAt, use } = cartridge
  const words = kindWords[kind]
  const now = Date.now()
  return (
    <li className="cartridge-card">
      <a href={cartridgesHash({ id })} aria-label={name}>
        <span className={`cartridge-sign cartridge-sign-${kind}`}>
          <Icon name={words.icon} />
        </span>
        <span className="cartridge-card-body">
          <span className="cartridge-card-name">
            <strong>{name}</strong>
            <span className="muted">{words.name}</span>
          </span>
          {description !== '' && <span className="cartridge-card-about">{description}</span>}
          <span className="cartridge-card-facts">
            {version === undefined ? (
              <span className="tag tag-still">not built yet</span>
            ) : (
              <span className="number">
                Version {version}
                {changed && ', changed since'}
              </span>
            )}
            {published && (
              <span className="tag tag-good">{price === undefined ? 'public' : `public, ${price} a call`}</span>
            )}
            {use.traps > 0 && <span className="tag tag-bad">{plural(use.traps, 'stop')}</span>}
            {use.calls > 0 && (
              <span className="number muted">{use.calls === 1 ? '1 call' : `${formatCount(use.calls)} calls`}</span>
            )}
            <time className="muted" dateTime={new Date(changedAt).toISOString()} title={formatMoment(changedAt)}>
              {formatAgo(changedAt, now)}
            </time>
          </span>
        </span>
      </a>
    </li>
  )
}
