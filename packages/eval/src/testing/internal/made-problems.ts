/** Problems that are solved by saying so, and a verifier that takes one's word. */

import type { Problem } from '../../problems/problem.js'
import type { Verifier } from '../../verify/verifier.js'

/** Problems `a` to `d`, of tiers 0 and 1 in turn. */
export const made: readonly Problem[] = ['a', 'b', 'c', 'd'].map((id, index) => ({
  id,
  tier: index % 2,
  title: id,
  tags: [],
  statement: id,
  signature: { name: 'f', parameters: [], returns: 'string' },
  examples: [{ args: [], returns: id }],
  tests: [{ args: [], returns: id }],
  split: 'test',
  starter: '',
  reference: `right ${id}`,
  mutants: [],
}))

/** Passes what says that it is right, of the problem it is for. */
export const passing: Verifier = {
  verify: async (candidates) =>
    candidates.map(({ problem: { id }, source }) => ({
      status: source === `right ${id}` ? 'pass' : 'test-failure',
      message: '',
      example: undefined,
    })),
  close: async () => undefined,
}
