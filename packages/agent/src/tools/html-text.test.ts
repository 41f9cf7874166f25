import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHtml } from './html-text.js'

const base = 'https://example.com/docs/'

describe('readHtml()', () => {
  test('keeps title, headings, lists, links, tables and code', () => {
    const html = `<!doctype html><html><head><title> A &amp; B
      </title><style>p { color: red }</style></head><body><nav><a href="/">Home</a></nav>
      <h1>Title</h1><p>Some   <b>bold</b> text<br>and more &lt;tags&gt;.</p>
      <ul><li>one</li><li><a href="../x?a=1&amp;b=2">two</a></li></ul>
      <pre><code>if (a &lt; b) {
  run()
}</code></pre>
      <table><tr><th>k</th><th>v</th></tr><tr><td>1</td><td>2</td></tr></table>
      <a href="javascript:alert(1)">no link</a>
      <script>document.write("<p>never</p>")</script><footer>foot</footer></body></html>`
    expect(readHtml(html, base)).toMatchInlineSnapshot(`
      {
        "text": "# Title

      Some bold text
      and more <tags>.

      - one
      - [two](https://example.com/x?a=1&b=2)

      \`\`\`
      if (a < b) {
        run()
      }
      \`\`\`

      | k | v
      | 1 | 2

      no link",
        "title": "A & B",
      }
    `)
  })

  test('prefers the main part', () => {
    expect(readHtml('<body><div>menu</div><main><p>content</p></main><div>ads</div></body>', base).text).toBe('content')
  })

  test.each([
    ['', ''],
    ['plain text', 'plain text'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['<p>open', 'open'],
    ['<p attr="a>b">text</p>', 'text'],
    ['<p attr="open>text</p>', 'text'],
    ['<script>never', ''],
    ['a<!-- never -->b', 'ab'],
    ['a<!-- never', 'a'],
    ['a<', 'a<'],
    ['a & b &; &&', 'a & b &; &&'],
    ['&#x41;&#65;&bogus;&#0;&#xD800;', 'AA&bogus;\uFFFD\uFFFD'],
  ])('takes broken markup: %j', (html, text) => expect(readHtml(html, base).text).toBe(text))

  test('never throws', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '</',
      'p',
      'pre',
      'a href=',
      '"',
      "'",
      '<!--',
      '-->',
      '<script>',
      '</script>',
      '&',
      ';',
      '#',
      'x',
      ' ',
      '<svg>',
      '<main>',
      '</main>',
      '<title>',
      '<li>',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (html) => void readHtml(html, base),
      ),
    )
  })

  test.each([
    '<svg>',
    '<script',
    '<a href="',
    '<!--',
    '<p ',
    "<p a='",
    '<pre>',
    '<main>',
    '&#',
    '<a>',
    '<',
    '<title>',
    '</a',
  ])('takes linear time for a million times %s', (piece) => {
    const started = performance.now()
    readHtml(piece.repeat(1_000_000 / piece.length), base)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
