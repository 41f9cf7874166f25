/** Reads the Test Anything Protocol, as `node --test` and others print it. */

import { failureOf, resultsOf, type TestFailure, type TestResults } from './results.js'

interface Point {
  readonly depth: number
  readonly ok: boolean
  readonly name: string
  readonly directive: string | undefined
  readonly details: Readonly<Record<string, string>>
}

/**
 * Counts the innermost tests; one that holds others counts only if it fails by itself.
 *
 * @returns Nothing if the text holds no tests.
 * @see https://testanything.org/tap-version-14-specification.html
 */
export function parseTap(text: string): TestResults | undefined {
  const lines = text.split(/\r?\n/)
  const failures: TestFailure[] = []
  const counts = { passed: 0, skipped: 0 }
  /** Groups that are open, by depth. */
  const open: string[] = []
  /** Depths below which tests were met since the last one of their own depth. */
  const inner = new Set<number>()
  let points = 0
  for (const [index, line] of lines.entries()) {
    const group = /^(\s*)# Subtest: (.*)$/.exec(line)
    if (group !== null) open[depthOf(group[1])] = group[2] ?? ''
    const point = pointAt(lines, index)
    if (point === undefined) continue
    points++
    const { depth, ok, name, directive, details } = point
    const holds = inner.delete(depth + 1)
    if (depth > 0) inner.add(depth)
    open.length = depth
    if (directive !== undefined) counts.skipped++
    else if (ok) counts.passed += holds || details.type === 'suite' ? 0 : 1
    else if (!(holds && (details.failureType ?? 'subtestsFailed') === 'subtestsFailed')) {
      const [, file, number] = /^(.*?):(\d+)(?::\d+)?$/.exec(details.location ?? '') ?? []
      const at = new RegExp(`${escaped(file ?? '')}:(\\d+)`).exec(details.stack ?? '')?.[1]
      const message = details.error ?? details.message ?? ''
      const where = file === undefined ? {} : { file, line: Number(at ?? number) }
      failures.push(failureOf({ name: [...open, name].join(' > '), message }, where))
    }
  }
  return points === 0 ? undefined : resultsOf(failures, counts)
}

function pointAt(lines: readonly string[], index: number): Point | undefined {
  const found = /^(\s*)(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s*(.*?)(?:\s#\s*(SKIP|TODO)\b.*)?$/i.exec(lines[index] ?? '')
  if (found === null) return undefined
  const [, space = '', not, name = '', directive] = found
  return {
    depth: depthOf(space),
    ok: not === undefined,
    name: name.replace(/\\#/g, '#'),
    directive,
    details: detailsAt(lines, index + 1),
  }
}

/** The few forms of YAML that runners write below a point: `key: value`, and blocks after `|-`. */
function detailsAt(lines: readonly string[], start: number): Record<string, string> {
  const details: Record<string, string> = {}
  if (lines[start]?.trim() !== '---') return details
  const indent = (lines[start] ?? '').indexOf('-')
  for (let index = start + 1; index < lines.length && lines[index]?.trim() !== '...'; index++) {
    const [, key, value = ''] = /^\s*(\w+):\s?(.*)$/.exec(lines[index] ?? '') ?? []
    if (key === undefined) continue
    if (!/^[|>][-+]?$/.test(value)) {
      details[key] = value.replace(/^(['"])(.*)\1$/, '$2')
      continue
    }
    const block: string[] = []
    while (
      index + 1 < lines.length &&
      /^\s*$/.test((lines[index + 1] ?? '').slice(0, indent + 2)) &&
      lines[index + 1]?.trim() !== '...'
    )
      block.push((lines[++index] ?? '').slice(indent + 2))
    details[key] = block.join('\n')
  }
  return details
}

function depthOf(space = ''): number {
  return Math.floor(space.length / 4)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
