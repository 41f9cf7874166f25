import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { evalMigrations, openBenchmarkHistory, reportRun, runBenchmark, type Solver } from '@salp/eval'
import { openVerifier, parseProblem } from '@salp/eval/node'

const doubled = parseProblem(
  {
    ...{ id: 'doubled', tier: 0, title: 'Doubled', tags: [], statement: 'Double every number.' },
    signature: { name: 'doubled', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
    examples: [{ args: [[1, 2]], returns: [2, 4] }],
    tests: [{ args: [[3]], returns: [6] }], // No solver sees these.
  },
  { reference: undefined },
  { file: 'doubled' },
)
// Its first answer compiles; it never was held against the example.
const solver: Solver = {
  name: 'hasty',
  solve: async () => [
    { source: 'export const doubled = (values: number[]): number[] => values' },
    { source: 'export const doubled = (values: number[]): number[] => values.map((value) => 2 * value)' },
  ],
}

const db = openDatabase('eval.db')
migrate(db, 'eval', evalMigrations)
const verifier = openVerifier({ clock: systemClock })
const results = await runBenchmark(
  { solver, verifier, history: openBenchmarkHistory(db), clock: systemClock, events: { publish: () => undefined } },
  { run: 'first', problems: [doubled], budget: { attempts: 2 } },
)
const { passAt1, passAtK } = reportRun(results, 2).all
console.log(results[0]?.attempts.map(({ verdict }) => verdict)) // [ 'test-failure', 'pass' ]
console.log(passAt1.estimate, passAtK.estimate) // 0 1
await verifier.close()
db.close()
