import { describe, expect, test } from 'vitest'
import { decodeEntities, safeHref } from './markdown-text.js'

describe('decodeEntities()', () => {
  test('decodes names, decimals and hexadecimals once', () => {
    expect(decodeEntities('&lt;b&gt; &amp;lt; &#8212; &#x1F41A;')).toBe('<b> &lt; — 🐚')
  })

  test('leaves what is no character as it is', () => {
    expect(decodeEntities('&nothing; &#0; &#9999999; AT&T')).toBe('&nothing; &#0; &#9999999; AT&T')
  })
})

describe('safeHref()', () => {
  test.each(['https://example.com/a', 'http://127.0.0.1:4023', 'mailto:a@example.com', '#/cartridges/snake'])(
    'passes %s',
    (href) => {
      expect(safeHref(href)).toBe(href)
    },
  )

  test.each([
    'javascript:alert(1)',
    ' JAVASCRIPT:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '/relative',
    '',
    '#',
    '#/x?token=y',
  ])('refuses "%s"', (href) => {
    expect(safeHref(href)).toBeUndefined()
  })
})
