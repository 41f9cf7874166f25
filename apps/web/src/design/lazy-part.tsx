/** Parts of Studio that load when they are first shown, and say so where they cannot: a node that is away has their files. */

import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { useOffline } from '../api/studio.js'

/** Loads a part when it is first shown. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() }
    } catch {
      // React would show nothing at all; whatever kept the file away, a reload is the way to it.
      return { default: PartAway }
    }
  })
}

function PartAway() {
  const offline = useOffline()
  return (
    <div className="panel-problem" role="alert">
      <strong>This part is not here yet</strong>
      <p>
        {offline
          ? 'It was not opened on this device before, and Salp is away. It can be loaded when Salp is back.'
          : 'It could not be loaded, perhaps because Studio was renewed meanwhile.'}
      </p>
      <button type="button" className="button" disabled={offline} onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  )
}
