import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@salp/core/node'
import { expect, test } from 'vitest'
import { loadProblems } from './load-problems.js'
import { openVerifier } from './open-verifier.js'
import { proveProblems } from './prove-problems.js'

const folder = fileURLToPath(new URL('../../../../fixtures/problems', import.meta.url))

test('every problem of the benchmark is proven: its reference passes, starter, empty body and mutants fail', async (context) => {
  if (!existsSync(folder)) context.skip('fixtures/problems is not there')
  const problems = await loadProblems(folder)
  const verifier = openVerifier({ clock: systemClock })
  try {
    const proofs = await proveProblems(problems, { verifier }, { mutants: 5 })
    expect(proofs.filter(({ faults }) => faults.length > 0)).toEqual([])
  } finally {
    await verifier.close()
  }
}, 600_000)
