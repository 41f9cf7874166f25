import { describe, expect, test } from 'vitest'
import { readFeed } from './read-feed.js'

const rss = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://a.example</link><description>d</description>
<item><title>One &amp; only</title><link>https://a.example/1</link><guid>1</guid></item>
<item><title>Two</title><link>https://a.example/2</link></item>
<item><description>neither</description></item></channel></rss>`
const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>f</id><updated>2026-01-01T00:00:00Z</updated>
<entry><id>urn:1</id><title>An entry</title><link rel="self" href="https://a.example/self"/><link href="https://a.example/e"/><updated>2026-01-01T00:00:00Z</updated></entry></feed>`
const json = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 't',
  items: [{ id: 'j1', url: 'https://a.example/j', title: 'Json', content_text: 'x' }],
})

describe('readFeed()', () => {
  test('knows an entry by its id, or else its address, and leaves out what has neither', () => {
    expect(readFeed(rss)).toEqual([
      { key: '1', version: '', line: 'One & only · https://a.example/1' },
      { key: 'https://a.example/2', version: '', line: 'Two · https://a.example/2' },
    ])
  })

  test.each([
    ['Atom', atom, { key: 'urn:1', version: '', line: 'An entry · https://a.example/e' }],
    ['JSON Feed', json, { key: 'j1', version: '', line: 'Json · https://a.example/j' }],
  ])('reads %s', (_, text, sight) => {
    expect(readFeed(text)).toEqual([sight])
  })

  test.each(['', 'hello', '{"a":1}', '<html><body>no</body></html>'])('throws FeedError for %o', (text) => {
    expect(() => readFeed(text)).toThrow(expect.objectContaining({ code: 'agent/feed-invalid' }))
  })
})
