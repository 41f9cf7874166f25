/**
 * Verifies the references of all problems, and says how long that took; with `--mutants` proves the problems whole. A folder may be given.
 *
 * Run by `pnpm --filter @salp/eval prove`; ends with 1 if a problem is not proven.
 */

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '@salp/core/node'
import { loadProblems, openVerifier, proveProblems } from '../../node/index.js'

const folder = fileURLToPath(new URL('../../../../../fixtures/problems', import.meta.url))
const { values, positionals } = parseArgs({ options: { mutants: { type: 'boolean' } }, allowPositionals: true })
const problems = await loadProblems(positionals[0] ?? folder)
const verifier = openVerifier({ clock: systemClock })
const seconds = (since: number): string => ((systemClock.monotonic() - since) / 1_000).toFixed(1)

const began = systemClock.monotonic()
const verdicts = await verifier.verify(problems.map((problem) => ({ problem, source: problem.reference ?? '' })))
const passed = verdicts.filter(({ status }) => status === 'pass').length
console.log(
  `${passed} of ${problems.length} references pass, in ${seconds(began)} s on ${availableParallelism()} cores (goal: 10 s on 2)`,
)
process.exitCode = passed === problems.length ? 0 : 1

if (values.mutants === true) {
  const provingSince = systemClock.monotonic()
  const proofs = await proveProblems(problems, { verifier })
  const tried = proofs.reduce((sum, { mutants }) => sum + mutants.tried, 0)
  const failed = proofs.reduce((sum, { mutants }) => sum + mutants.failed, 0)
  const faulty = proofs.filter(({ faults }) => faults.length > 0)
  for (const { id, faults } of faulty) console.log(`${id}: ${faults.join('; ')}`)
  console.log(
    `${problems.length - faulty.length} of ${problems.length} problems are proven, in ${seconds(provingSince)} s`,
  )
  console.log(`${failed} of ${tried} mechanical variants fail; the others may mean the same as the reference`)
  if (faulty.length > 0) process.exitCode = 1
}
await verifier.close()
