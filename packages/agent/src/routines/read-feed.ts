/** The entries of a feed, whatever it is written in. */

import { SalpError } from '@salp/core'
import { parseFeed } from 'feedsmith'
import type { Sight } from './routines.js'

/** Entries of one feed that are looked at. */
const maxEntries = 500

/**
 * Reads RSS, Atom, RDF or JSON Feed.
 *
 * @returns One sight for each entry, known by its id, or else its address, or else its title.
 * @throws {@link FeedError} (`agent/feed-invalid`) for what is none.
 */
export function readFeed(text: string): Sight[] {
  let parsed: ReturnType<typeof parseFeed>
  try {
    parsed = parseFeed(text)
  } catch (cause) {
    throw new FeedError(cause)
  }
  const entries = entriesOf(parsed).slice(0, maxEntries)
  return entries.flatMap(({ id, link, title }) => {
    const key = id ?? link ?? title
    if (key === undefined) return []
    const line = [title, link].filter((part) => part !== undefined && part !== '').join(' · ')
    return [{ key: key.slice(0, 1_000), version: '', line: (line || key).replace(/\s+/g, ' ').trim().slice(0, 500) }]
  })
}

interface Entry {
  readonly id?: string | undefined
  readonly link?: string | undefined
  readonly title?: string | undefined
}

function entriesOf(parsed: ReturnType<typeof parseFeed>): Entry[] {
  switch (parsed.format) {
    case 'rss':
      return (parsed.feed.items ?? []).map(({ guid, link, title }) => ({ id: guid?.value, link, title }))
    case 'atom':
      return (parsed.feed.entries ?? []).map(({ id, links, title }) => ({
        ...{ id, title: typeof title === 'string' ? title : title?.value },
        link: links?.find(({ rel = 'alternate' }) => rel === 'alternate')?.href,
      }))
    case 'rdf':
      return (parsed.feed.items ?? []).map(({ link, title }) => ({ id: link, link, title }))
    case 'json':
      return (parsed.feed.items ?? []).map(({ id, url, title }) => ({ id, link: url, title }))
  }
}

/** Something that is no feed: `agent/feed-invalid`. */
class FeedError extends SalpError {
  constructor(cause: unknown) {
    super('agent/feed-invalid', 'Cannot read the feed: it is neither RSS, Atom, RDF nor JSON Feed', { cause })
  }
}
