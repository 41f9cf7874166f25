import { createTwoFilesPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editCorpus } from '../testing/internal/edit-corpus.js'
import { judgeEdit } from '../testing/internal/run-corpus.js'
import { type AppliedEdits, type ApplyEditsOptions, applyEdits } from './apply-edits.js'
import { type FileEdit, parseEdits } from './parse-edits.js'
import { distance } from './similarity.js'

function apply(
  files: Readonly<Record<string, string>>,
  edits: readonly FileEdit[],
  options?: ApplyEditsOptions,
): Promise<AppliedEdits> {
  return applyEdits({ read: async (path) => files[path] }, edits, options)
}

/** What a text of edits makes of one file, or `refused`. */
async function outcome(before: string, text: string): Promise<string> {
  const parsed = parseEdits(text)
  if (parsed.status === 'refused') return 'refused'
  const result = await apply({ 'a.txt': before }, parsed.edits)
  return result.status === 'refused' ? 'refused' : (result.files[0]?.after ?? 'deleted')
}

describe('applyEdits()', () => {
  test('has at least 60 cases in its corpus', () => expect(editCorpus.length).toBeGreaterThanOrEqual(60))

  test.each(editCorpus.map((one) => [one.name, one.flaw, one] as const))('handles a %s (%s)', async (_, __, one) => {
    const { right, outcome: got } = await judgeEdit(one)
    expect(right, got).toBe(true)
  })

  test('applies each edit to what the ones before it left, and gives a file once', async () => {
    const edit = (find: string, replace: string) => ({ type: 'replace', path: 'a', find, replace, all: false }) as const
    expect(await apply({ a: 'one\n' }, [edit('one', 'two'), edit('two', 'three')])).toMatchObject({
      status: 'applied',
      files: [{ path: 'a', before: 'one\n', after: 'three\n' }],
    })
  })

  test('names every edit that does not fit, with the places it may mean', async () => {
    const edit = (find: string) => ({ type: 'replace', path: 'a', find, replace: 'x', all: false }) as const
    expect(await apply({ a: 'b\nb\n' }, [edit('c'), edit('b')])).toMatchObject({
      status: 'refused',
      problems: [
        { edit: 0, path: 'a', candidates: [] },
        { edit: 1, candidates: [1, 2] },
      ],
    })
  })

  test('refuses what breaks the syntax, or reports it if told so', async () => {
    const checkSyntax = async () => [{ line: 1, text: 'missing )' }]
    const deps = { read: async () => 'f()\n', checkSyntax }
    const edits = [{ type: 'write', path: 'a.js', text: 'f(\n', create: false }] as const
    expect(await applyEdits(deps, edits)).toMatchObject({
      status: 'refused',
      problems: [
        { path: 'a.js', reason: 'it could not be parsed any more (line 1: missing ))', excerpt: '1| f(\n2| ' },
      ],
    })
    expect(await applyEdits(deps, edits, { brokenSyntax: 'report' })).toMatchObject({
      status: 'applied',
      files: [{ problems: [{ line: 1 }] }],
    })
  })

  test('says how sure it was of a place', async () => {
    const text = 'function first(alpha) {\n  return alpha * 2\n}\n'
    const edit = {
      type: 'replace',
      path: 'a',
      find: 'function first(alpho) {\n  return alpha * 2',
      replace: 'function first(alpho) {\n  return alpha * 3',
      all: false,
    } as const
    const result = await apply({ a: text }, [edit])
    expect(result).toMatchObject({
      files: [{ after: text.replace('2', '3'), places: [{ line: 1, difference: 'wording' }] }],
    })
    expect(await apply({ a: text }, [edit], { confidence: 1 })).toMatchObject({ status: 'refused' })
  })

  test('inserts lines before a line, and behind the last one', async () => {
    const insert = (first: number) => ({ type: 'lines', path: 'a', first, last: first - 1, text: 'x\n' }) as const
    expect(await apply({ a: 'b\nc' }, [insert(1)])).toMatchObject({ files: [{ after: 'x\nb\nc' }] })
    expect(await apply({ a: 'b\nc' }, [insert(3)])).toMatchObject({ files: [{ after: 'b\nc\nx\n' }] })
    expect(await apply({ a: 'b\nc' }, [insert(4)])).toMatchObject({ status: 'refused' })
  })
})

describe('applyEdits() on random edits', () => {
  const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'omega', '', '  if x:', '}', 'return 1')
  const line = fc
    .tuple(fc.constantFrom('', '  ', '    '), word, fc.nat(9))
    .map(([space, text, n]) => `${space}${text}${n}`)
  const text = fc.array(line, { minLength: 1, maxLength: 25 }).map((lines) => `${lines.join('\n')}\n`)

  test('a patch of a random edit applies', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        fc.pre(before !== after)
        expect(await outcome(before, createTwoFilesPatch('a/a.txt', 'b/a.txt', before, after))).toBe(after)
      }),
      { numRuns: 500 },
    )
  })

  test('a block that quotes lines of one place applies there, at any depth of indentation', async () => {
    const lines = fc.uniqueArray(fc.stringMatching(/^[a-z]{8,20}$/), { minLength: 3, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(19), fc.nat(3), fc.nat(3), async (words, place, deep, quoted) => {
        const at = place % words.length
        const written = words.map((name) => `${'  '.repeat(deep)}${name}`)
        const block = (name: string): string => `${'  '.repeat(quoted)}${name}`
        const edit = `a.txt\n<<<<<<< SEARCH\n${block(words[at] ?? '')}\n=======\n${block('CHANGED')}\n>>>>>>> REPLACE\n`
        const wanted = written.with(at, `${'  '.repeat(deep)}CHANGED`).join('\n')
        const got = await outcome(`${written.join('\n')}\n`, edit)
        // A quote with less indentation is an exact part of the line.
        expect(got.replace(/\n$/, '')).toBe(wanted)
      }),
      { numRuns: 300 },
    )
  })

  test('a quote that is wrong changes nothing but lines that are like it', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(line, { minLength: 1, maxLength: 4 }), async (before, quote) => {
        const got = await outcome(before, `a.txt\n<<<<<<< SEARCH\n${quote.join('\n')}\n=======\nNEW\n>>>>>>> REPLACE\n`)
        if (got === 'refused') return
        const [old, fresh] = [before.split('\n'), got.split('\n')]
        const at = fresh.findIndex((each) => each.trim() === 'NEW')
        const behind = fresh.length - at - 1
        // Everything above and below is untouched, and what went is what was quoted, near enough.
        const kept = before === got || quote.every((each) => each.trim() === '')
        if (kept) return
        expect(fresh.slice(0, at)).toEqual(old.slice(0, at))
        expect(behind === 0 ? [] : fresh.slice(-behind)).toEqual(behind === 0 ? [] : old.slice(-behind))
        const squeeze = (lines: readonly string[]): string => lines.map((each) => each.replace(/\s+/g, '')).join('')
        const gone = squeeze(old.slice(at, old.length - behind))
        const wanted = squeeze(quote)
        expect(distance(gone, wanted, 1_000)).toBeLessThanOrEqual(0.1 * wanted.length)
      }),
      { numRuns: 1_000 },
    )
  })
})
