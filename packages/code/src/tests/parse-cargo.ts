/** Reads what `cargo test` prints. */

import { failureOf, resultsOf, type TestFailure, type TestResults } from './results.js'

/** @returns Nothing if the text holds neither tests nor errors of the compiler. */
export function parseCargo(text: string): TestResults | undefined {
  const counts = { passed: 0, skipped: 0 }
  const failed: string[] = []
  let points = 0
  for (const [, name = '', outcome] of text.matchAll(/^test (.+?) \.\.\. (ok|FAILED|ignored)\b/gm)) {
    points++
    if (outcome === 'ok') counts.passed++
    else if (outcome === 'ignored') counts.skipped++
    else failed.push(name)
  }
  const failures = failed.map((name) => failureIn(text, name))
  const broken = [...text.matchAll(/^error(\[E\d+\])?: (.+)\n\s+--> (.+?):(\d+):\d+/gm)].map(
    ([, code = '', message = '', file, line]) =>
      failureOf({ name: `compile${code}`, message }, { file, line: Number(line) }),
  )
  return points + broken.length === 0 ? undefined : resultsOf([...broken, ...failures], counts)
}

function failureIn(text: string, name: string): TestFailure {
  const head = `---- ${name} stdout ----\n`
  const start = text.indexOf(head)
  if (start < 0) return failureOf({ name, message: '' })
  const rest = text.slice(start + head.length)
  const section = rest.slice(0, Math.max(0, rest.search(/^---- .+ stdout ----$|^failures:$/m))) || rest
  const panic = /panicked at (.+?):(\d+):\d+:\n([\s\S]*?)(?=\nstack backtrace:|\nnote: |\n\n|$)/.exec(section)
  if (panic === null) return failureOf({ name, message: section })
  const [, file, line, message = ''] = panic
  return failureOf({ name, message }, { file, line: Number(line) })
}
