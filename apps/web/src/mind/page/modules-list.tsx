/** The modules: which are on, and why. */

import type { SubstrateModules } from '@salp/cognition'
import { type ModuleName, moduleTexts } from './explanations.js'

/** Lists them. `chosen`: those that the operator set. */
export function ModulesList({ modules, chosen }: { modules: SubstrateModules; chosen: ReadonlySet<string> }) {
  const names = Object.keys(moduleTexts) as ModuleName[]
  return (
    <ul className="modules" aria-label="Modules">
      {names.map((name) => (
        <li key={name} className={modules[name] ? undefined : 'module-off'}>
          <span className="module-name">{name}</span>
          <span className="tag">{modules[name] ? 'on' : 'off'}</span>
          <span>{moduleTexts[name]}</span>
          <span className="muted">{why(modules[name], chosen.has(name))}</span>
        </li>
      ))}
    </ul>
  )
}

function why(on: boolean, chosen: boolean): string {
  if (chosen) return `Set ${on ? 'on' : 'off'} by you.`
  return on
    ? 'By default: with it, more tasks were done right in the simulated worlds.'
    : 'By default: it did not do more tasks right in the simulated worlds.'
}
