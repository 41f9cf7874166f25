// @ts-check
/** Runs named checks to the end, tells how each went, and counts. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/**
 * @typedef {{ ok: boolean, output: string, counts?: Counts | undefined, failedTests?: readonly string[] | undefined }} Result
 * `failedTests`: for each test that failed, where it stands and what was wrong.
 */
/** @typedef {{ name: string, failedTests: readonly string[] }} Failure */
/** @typedef {{ name: string, run: () => Promise<Result> }} Check */

/**
 * Runs every check, even if another fails.
 *
 * @param {object} plan
 * @param {readonly (readonly Check[])[]} plan.lanes Run side by side, each in its order.
 * @param {readonly Check[]} plan.last Run one by one after them.
 * @param {(line: string) => void} plan.say
 * @param {() => number} plan.now Time in ms.
 * @returns {Promise<{ totals: Counts, failures: Failure[] }>} Tests count one by one, every other check as one.
 */
export async function runChecks({ lanes, last, say, now }) {
  const totals = { passed: 0, failed: 0, skipped: 0 }
  /** @type {Failure[]} */
  const failures = []

  /** @param {readonly Check[]} checks */
  const inOrder = async (checks) => {
    for (const { name, run } of checks) {
      const begun = now()
      const { ok, output, counts, failedTests = [] } = await run()
      const { passed, failed, skipped } = counts ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
      totals.passed += passed
      // A run that failed although each of its tests passed is a failure too.
      totals.failed += ok ? failed : Math.max(failed, 1)
      totals.skipped += skipped
      if (!ok) {
        failures.push({ name, failedTests })
        if (output.trim() !== '') say(output.trimEnd())
      }
      say(`${ok ? '✓' : '✗'} ${name} (${((now() - begun) / 1_000).toFixed(1)} s)`)
    }
  }

  await Promise.all(lanes.map(inOrder))
  await inOrder(last)
  return { totals, failures }
}

/**
 * The end of the report: what failed, then a line of counts alone, which machines read.
 *
 * @param {Counts} totals
 * @param {readonly Failure[]} failures
 */
export function summary({ passed, failed, skipped }, failures) {
  const counts = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
  const lines = failures.flatMap(({ name, failedTests }) => [`✗ ${name}`, ...failedTests.map(indented)])
  return ['', ...lines, ...(lines.length === 0 ? [] : ['']), counts].join('\n')
}

/** @param {string} text */
function indented(text) {
  return text.replace(/^/gm, '  ')
}
