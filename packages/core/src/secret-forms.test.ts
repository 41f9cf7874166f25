import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { redact } from './redact.js'
import { entropy } from './secret-forms.js'

const folder = new URL('../../../fixtures/secrets/', import.meta.url)
const lines = (name: string): unknown[] =>
  readFileSync(new URL(name, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const secrets = lines('secrets.jsonl') as { kind: string; parts: string[] }[]
const lookAlikes = lines('look-alikes.jsonl') as string[]

/** Whether the random part is gone; what introduces it may stay. */
function isGone({ parts }: { parts: string[] }, around: (secret: string) => string): boolean {
  const text = around(parts.join(''))
  const longest = parts.reduce((long, part) => (part.length > long.length ? part : long), '')
  const shown = redact(text)
  return shown.includes('[redacted:') && !shown.includes(longest.slice(0, 16))
}

describe('the corpus', () => {
  test('has sixty forms of secrets and more, and as many texts that look like one', () => {
    expect(secrets.length).toBeGreaterThanOrEqual(60)
    expect(lookAlikes.length).toBeGreaterThanOrEqual(60)
  })

  test('precision and recall are what the README says', () => {
    const found = secrets.filter((secret) => isGone(secret, (text) => text)).length
    const wrong = lookAlikes.filter((text) => redact(text) !== text)
    const figures = { recall: found / secrets.length, precision: found / (found + wrong.length) }
    console.log(
      `redaction: ${found} of ${secrets.length} secrets, ${wrong.length} of ${lookAlikes.length} look-alikes taken for one`,
    )
    expect(wrong).toEqual([])
    expect(figures).toEqual({ recall: 1, precision: 1 })
  })

  test.each(secrets.map((secret) => [secret.kind, secret] as const))(
    '%s is taken out wherever it stands',
    (_, secret) => {
      for (const around of [
        (text: string) => `é👍 ${text}\n終わり`,
        (text: string) => `{"value": "${text}"}`,
        (text: string) => `(${text}), and on`,
      ])
        expect(isGone(secret, around)).toBe(true)
    },
  )
})

describe('entropy()', () => {
  test('is nothing for one character, and two bits for four', () => {
    expect([entropy(''), entropy('aaaa'), entropy('abcdabcd')]).toEqual([0, 0, 2])
  })
})
