import { describe, expect, test } from 'vitest'
import { CartridgeTrap } from '../errors.js'
import { parseTree, type UiTree } from './tree.js'

describe('parseTree()', () => {
  test('gives a tree of what the lists name', () => {
    const tree: UiTree = {
      t: 'div',
      a: { class: 'x', 'aria-label': 'y', 'data-id': 'z' },
      c: [
        'text <script>',
        { t: 'button', on: { click: 'add' }, c: ['+'] },
        { t: 'a', a: { href: 'mailto:a@b.c' } },
        { t: 'a', a: { href: 'https://example.com/?q=ü' } },
        { t: 'img', a: { src: 'data:image/png;base64,AAAA', alt: '' } },
        { t: 'input', a: { type: 'range', min: '0' }, on: { input: 'slide' } },
      ],
    }
    expect(parseTree(tree)).toEqual(tree)
    expect(parseTree('text')).toBe('text')
  })

  test.each([
    { t: 'script' },
    { t: 'SCRIPT' },
    { t: 'iframe' },
    { t: 'svg' },
    { t: 'style' },
    { t: 'object' },
    { t: 'template' },
    { t: 'constructor' },
    { t: 'p', a: { onclick: 'alert(1)' } },
    { t: 'p', a: { style: 'position:fixed' } },
    { t: 'form', a: { action: 'https://x.y' } },
    { t: 'button', a: { formaction: 'https://x.y' } },
    { t: 'p', a: { srcdoc: '<b>' } },
    { t: 'img', a: { srcset: 'x' } },
    { t: 'p', a: JSON.parse('{"__proto__": "x"}') },
    { t: 'a', a: { href: 'javascript:alert(1)' } },
    { t: 'a', a: { href: 'JaVaScRiPt:alert(1)' } },
    { t: 'a', a: { href: ' javascript:alert(1)' } },
    { t: 'a', a: { href: 'java\nscript:alert(1)' } },
    { t: 'a', a: { href: '\u0001javascript:alert(1)' } },
    { t: 'a', a: { href: 'https://x.y/\n' } },
    { t: 'a', a: { href: 'data:text/html,<b>' } },
    { t: 'a', a: { href: 'vbscript:x' } },
    { t: 'a', a: { href: '//x.y' } },
    { t: 'a', a: { href: '/api/forget' } },
    { t: 'img', a: { src: 'data:image/svg+xml,<svg/>' } },
    { t: 'img', a: { src: 'mailto:a@b.c' } },
    { t: 'p', a: { href: 'https://x.y' } },
    { t: 'input', a: { type: 'password' } },
    { t: 'input', a: { type: 'file' } },
    { t: 'p', on: { load: 'x' } },
    { t: 'p', on: { click: 7 } },
    { t: 'p', html: '<b>' },
    { t: 'p', c: 'text' },
    { t: 'p', c: [null] },
    { t: 'p', c: [7] },
    {},
    null,
    [],
  ])('refuses %j (43)', (tree) => {
    expect(() => parseTree(tree)).toThrow(CartridgeTrap)
  })

  test('refuses more than 5000 nodes, or a depth over 64 (44)', () => {
    const wide = (count: number): unknown => ({ t: 'ul', c: Array.from({ length: count }, () => ({ t: 'li' })) })
    expect(parseTree(wide(4_999))).toMatchObject({ t: 'ul' })
    expect(() => parseTree(wide(5_000))).toThrow('more than 5000 nodes')
    const deep = (depth: number): unknown => (depth === 0 ? 'end' : { t: 'b', c: [deep(depth - 1)] })
    expect(parseTree(deep(64))).toMatchObject({ t: 'b' })
    expect(() => parseTree(deep(65))).toThrow('deeper than 64')
  })
})
