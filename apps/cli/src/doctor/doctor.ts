/** Looks at everything, in an order in which each finding explains the next. */

import { agentMigrations } from '@salp/agent'
import { describeError } from '@salp/core'
import { memoryMigrations } from '@salp/memory'
import { modelsMigrations } from '@salp/models'
import type { Check, CheckDeps, CheckResult } from './check.js'
import { homeChecks } from './home.js'
import { machineChecks } from './machine.js'
import { modelCheck } from './models.js'
import { networkCheck } from './network.js'
import { nodeChecks } from './node.js'
import { readSettings } from './settings.js'

/** What was found, and how it adds up. */
export interface Diagnosis {
  readonly healthy: boolean
  readonly checks: readonly CheckResult[]
}

/** Runs every check, one after another. `onCheck` is told of each before it runs. */
export async function diagnose(deps: CheckDeps, { onCheck }: { onCheck: (title: string) => void }): Promise<Diagnosis> {
  const { home, io, signal } = deps
  const { settings, finding } = readSettings(home.config, io.environment)
  const node = nodeChecks(deps, settings.server)
  const checks: Check[] = [
    ...machineChecks({ io }),
    ...homeChecks(home, { agent: agentMigrations, memory: memoryMigrations, models: modelsMigrations }),
    { id: 'settings', title: 'Settings', find: () => finding },
    networkCheck(settings),
    ...node.checks,
    modelCheck({ io, signal }, settings.model),
  ]
  try {
    const results: CheckResult[] = []
    for (const check of checks) {
      signal.throwIfAborted()
      onCheck(check.title)
      results.push(await runCheck(check, signal))
    }
    return { healthy: results.every(({ status }) => status !== 'fail'), checks: results }
  } finally {
    await node.close()
  }
}

/** A check that breaks has failed; the others still run. */
async function runCheck({ id, title, find }: Check, signal: AbortSignal): Promise<CheckResult> {
  try {
    return { id, title, ...(await find()) }
  } catch (error) {
    signal.throwIfAborted()
    return { id, title, status: 'fail', detail: describeError(error) }
  }
}
