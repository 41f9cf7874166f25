/** A cartridge that a call made or changed: the way to it, and a game to be played on the spot. */

import type { Kind } from '@salp/cartridge'
import { Suspense } from 'react'
import { useStudio } from '../api/studio.js'
import { cartridgesHash } from '../cartridges/route.js'
import { loadProgram } from '../cartridges/run/load-program.js'
import { Icon } from '../design/icon.js'
import { lazyPart } from '../design/lazy-part.js'

const GameView = lazyPart(() => import('../cartridges/run/game-view.js').then((part) => part.GameView))

/** What a tool says of the cartridge it worked on. */
export interface CartridgeOutput {
  readonly id: string
  readonly name: string
  readonly kind: Kind
  /** The version that runs, if there is one. */
  readonly version?: number | undefined
}

/** Reads it out of the output of a call; nothing, if the call was about something else. */
export function cartridgeOf(tool: string, output: unknown): CartridgeOutput | undefined {
  if (tool !== 'create_cartridge' && tool !== 'write_cartridge') return undefined
  if (typeof output !== 'object' || output === null || !('cartridge' in output)) return undefined
  const { cartridge } = output
  if (typeof cartridge !== 'object' || cartridge === null) return undefined
  return 'id' in cartridge && 'name' in cartridge && 'kind' in cartridge ? (cartridge as CartridgeOutput) : undefined
}

/** Shows it under its card. A game costs nothing until it is started. */
export function CartridgeResult({ cartridge: { id, name, kind, version } }: { cartridge: CartridgeOutput }) {
  const { api } = useStudio()
  const playable = kind === 'interactive' && version !== undefined
  return (
    <div className="card-cartridge">
      {playable && (
        <Suspense fallback={null}>
          <GameView
            key={version}
            label={name}
            load={async (options) => loadProgram(api, await api.cartridge(id, options), options)}
          />
        </Suspense>
      )}
      <p className="card-cartridge-line">
        <a className="button button-small" href={cartridgesHash({ id })}>
          <Icon name="cartridge" size={15} /> Open {name}
        </a>
        {version !== undefined && <span className="muted number small-text">Version {version}</span>}
      </p>
    </div>
  )
}
