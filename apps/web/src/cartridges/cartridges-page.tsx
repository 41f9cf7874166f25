/** Programs that the agent or a person wrote: a list of them, or one with its code. */

import { ApiError } from '../api/problem.js'
import { useRefresh } from '../api/refresh.js'
import { useResource } from '../api/resource.js'
import { useLive, useStudio } from '../api/studio.js'
import { Page } from '../design/page.js'
import { PanelProblem } from '../design/panel-problem.js'
import { CartridgeList } from './cartridge-list.js'
import { type CartridgesRoute, cartridgesHash } from './route.js'
import { Workbench } from './workbench.js'

/** How they are used changes without an event, so it is asked for. */
const refreshMs = 5_000

/** Shows the page. */
export function CartridgesPage({ route }: { route: CartridgesRoute }) {
  return route.id === undefined ? <AllCartridges /> : <OneCartridge key={route.id} id={route.id} route={route} />
}

function AllCartridges() {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const revision = useLive((live) => live.revisions.cartridges)
  const all = useResource(api.cartridges, `${connected} ${revision}`)
  useRefresh(all, refreshMs)
  return (
    <Page>
      {all.value ? (
        <CartridgeList {...all.value} />
      ) : (
        all.error !== undefined && <Missing error={all.error} onRetry={all.reload} />
      )}
    </Page>
  )
}

function OneCartridge({ id, route }: { id: string; route: CartridgesRoute }) {
  const { api } = useStudio()
  const connected = useLive((live) => live.connection.status === 'open')
  const revision = useLive((live) => live.revisions.cartridges)
  const one = useResource((options) => api.cartridge(id, options), `${id} ${connected} ${revision}`)
  useRefresh(one, refreshMs)
  if (one.value)
    return <Workbench view={one.value} shown={route.view ?? 'tests'} connected={connected} onChanged={one.reload} />
  return <Page>{one.error !== undefined && <Missing id={id} error={one.error} onRetry={one.reload} />}</Page>
}

function Missing({ id, error, onRetry }: { id?: string; error: unknown; onRetry: () => void }) {
  if (!(error instanceof ApiError) || error.status !== 404)
    return (
      <div className="page-sections cartridges-sections">
        <PanelProblem error={error} onRetry={onRetry} />
      </div>
    )
  return (
    <div className="page-sections cartridges-sections">
      <p>
        {id === undefined
          ? 'This node has no cartridges: they are switched off.'
          : `There is no cartridge “${id}” here.`}
      </p>
      {id !== undefined && (
        <p>
          <a href={cartridgesHash()}>All cartridges</a>
        </p>
      )}
    </div>
  )
}
