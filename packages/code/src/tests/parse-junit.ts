/** Reads JUnit's XML, as pytest and many others write it. */

import { failureOf, resultsOf, type TestFailure, type TestResults } from './results.js'

/** @returns Nothing if the text holds no report. */
export function parseJunit(text: string): TestResults | undefined {
  if (!/<testsuites?\b/.test(text)) return undefined
  const failures: TestFailure[] = []
  const counts = { passed: 0, skipped: 0 }
  for (const [, head = '', body = ''] of text.matchAll(
    /<testcase\b((?:"[^"]*"|'[^']*'|[^>"'])*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const { name = '', classname = '', file, line } = attributesIn(head)
    const fault = /<(failure|error)\b((?:"[^"]*"|'[^']*'|[^>"'])*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body)
    if (fault === null) {
      if (/<skipped\b/.test(body)) counts.skipped++
      else counts.passed++
      continue
    }
    const [, , attributes = '', content = ''] = fault
    const { message = '' } = attributesIn(attributes)
    const trace = textOf(content)
    const whole = message === '' || message === 'collection failure' ? trace : message
    const owner = classname === 'test' ? '' : classname
    failures.push(
      failureOf(
        { name: [owner, name].filter((part) => part !== '').join(' > '), message: whole },
        { file, line: line === undefined ? undefined : Number(line), trace: lastPlaceFirst(trace) },
      ),
    )
  }
  return resultsOf(failures, counts)
}

function attributesIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name = '', double, single]) => [
      name,
      unescaped(double ?? single ?? ''),
    ]),
  )
}

function textOf(content: string): string {
  return content
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map((part) => (part.startsWith('<![CDATA[') ? part.slice(9, -3) : unescaped(part)))
    .join('')
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    if (name !== undefined) return signs[name] ?? whole
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Python names the place of a fault last. */
function lastPlaceFirst(trace: string): string {
  const last = trace.match(/^\S+\.py:\d+: .*$/gm)?.at(-1)
  return last === undefined ? trace : `${last}\n${trace}`
}
