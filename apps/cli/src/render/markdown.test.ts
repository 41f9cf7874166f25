import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMarkdownStream } from './markdown.js'
import { createStyle } from './style.js'

const style = createStyle({ color: true, columns: 60 })

function render(text: string, pieces: readonly string[] = [text]): string {
  const stream = createMarkdownStream(style)
  return pieces.map((piece) => stream.write(piece)).join('') + stream.end()
}

const plain = (text: string): string => stripVTControlCharacters(render(text))

describe('createMarkdownStream()', () => {
  test('renders headings, lists, quotes, rules, code and links', () => {
    const text = [
      '# Title',
      '',
      'Some **bold**, *italic*, `code` and a [link](https://example.com).',
      '',
      '- one',
      '  - two',
      '1. first',
      '> quoted',
      '---',
      '```ts',
      'const x = **not bold**',
      '```',
      'end',
    ].join('\n')
    expect(plain(text)).toMatchInlineSnapshot(`
      "Title

      Some bold, italic, code and a link (https://example.com).

      • one
        • two
      1. first
      │ quoted
      ────────────────────────────────────────
      ┌ ts
      const x = **not bold**
      └
      end
      "
    `)
  })

  test('paints marks', () => {
    const { paint } = style
    expect(render('a **b** *c* `d`')).toBe(`a ${paint.bold('b')} ${paint.italic('c')} ${paint.cyan('d')}\n`)
    expect(render('**two *nested* words**')).toContain(paint.bold(paint.italic('nested')))
  })

  test('leaves marks that mark nothing as they are', () => {
    for (const text of [
      'snake_case_name',
      '2*3*4',
      '2 ** 3',
      'list *.ts files',
      'a [bracket] here',
      'an `open tick',
      '**open',
      '#nohash',
      '\\d+',
      '-5',
    ]) {
      expect(plain(text)).toBe(`${text}\n`)
    }
  })

  test('breaks lines at spaces, with the indent of a list', () => {
    expect(plain(`- ${'word '.repeat(20)}`).split('\n')).toEqual([
      `• ${'word '.repeat(11)}`.trimEnd(),
      `  ${'word '.repeat(9)}`.trimEnd(),
      '',
    ])
  })

  test('counts the columns that characters take', () => {
    const [first = ''] = plain(`${'日本 '.repeat(20)}`).split('\n')
    expect(first).toBe('日本 '.repeat(12).trimEnd())
  })

  test('aligns tables, and shows ones that are none as they are', () => {
    expect(plain('| a | long |\n|---|---:|\n| `x` | 1 |\n\nafter')).toMatchInlineSnapshot(`
      "a │ long
      ──┼─────
      x │    1

      after
      "
    `)
    expect(plain('| no | table |\nafter')).toBe('| no | table |\nafter\n')
  })

  test('shows words as soon as they are known', () => {
    const stream = createMarkdownStream(style)
    expect(stream.write('Hello wor')).toBe('Hello')
    expect(stream.write('ld **bo')).toBe(' world')
    expect(stream.write('ld** ')).toBe(` ${style.paint.bold('bold')}`)
    expect(stream.end()).toBe('\n')
  })

  test('begins a new document after end()', () => {
    const stream = createMarkdownStream(style)
    stream.write('```\nopen')
    stream.end()
    expect(stripVTControlCharacters(stream.write('# next\n'))).toBe('next\n')
  })

  const markdown = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '*',
          '**',
          '`',
          '```',
          '\n',
          ' ',
          '# ',
          '- ',
          '1. ',
          '> ',
          '|',
          '---',
          '[',
          '](',
          ')',
          '_',
          '\\',
        ),
        fc.string({ unit: 'grapheme', maxLength: 4 }),
        fc.constantFrom('word', 'ünï', '日本', '🪼'),
      ),
    )
    .map((parts) => parts.join(''))

  test('gives the same for every way to cut the text', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat(200)), (text, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(render(text, pieces)).toBe(render(text))
      }),
    )
  })

  test('loses no letter', () => {
    const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '')
    fc.assert(
      fc.property(
        markdown.filter((text) => !/`{3}|~{3}/.test(text)),
        (text) => {
          expect(letters(plain(text))).toBe(letters(text))
        },
      ),
    )
  })
})
