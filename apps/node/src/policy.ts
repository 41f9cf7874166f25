/** The operator's rules in the home folder, read again whenever the file changes. */

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PolicyError, type PolicyState, parsePolicy } from '@salp/agent'
import { describeError, type Logger, SalpError } from '@salp/core'

/** Names that the file may have. */
const policyFiles = ['policy.yaml', 'policy.json'] as const

/**
 * Opens the rules of a home folder; none where there is no file.
 *
 * The file is looked at before each call, so that a change counts at once. One that breaks while the node runs lets nothing through
 * until it is mended.
 *
 * @returns What gives the rules as they are.
 * @throws PolicyError (`agent/policy`), SalpError (`node/policy`) if the file cannot be followed at the start.
 */
export function openPolicy({ folder, log }: { readonly folder: string; readonly log: Logger }): () => PolicyState {
  let seen = stampOf(folder)
  let state: PolicyState = { status: 'read', rules: readRules(folder) }
  return () => {
    const now = stampOf(folder)
    if (now === seen) return state
    seen = now
    try {
      const rules = readRules(folder)
      state = { status: 'read', rules }
      log.info('The policy was read again', { rules: rules.length })
    } catch (error) {
      state = { status: 'broken', reason: describeError(error) }
      log.error('The policy cannot be followed, and nothing runs until it is mended', { error })
    }
    return state
  }
}

/** Changes when a file comes, goes, or is written to. */
function stampOf(folder: string): string {
  return policyFiles
    .map((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false, bigint: true })
      return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`
    })
    .join('|')
}

function readRules(folder: string) {
  const found = policyFiles
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false }))
  const [file, other] = found
  if (file === undefined) return []
  if (other !== undefined)
    throw new SalpError('node/policy', `Cannot follow two policies: there are ${file} and ${other}. Remove one`)
  try {
    return parsePolicy(readFileSync(file, 'utf8'), { file })
  } catch (error) {
    if (error instanceof PolicyError) throw error
    throw new SalpError('node/policy', `Cannot read the policy in ${file}: ${describeError(error)}`, { cause: error })
  }
}
