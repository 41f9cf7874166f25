/** What a person says in an editor: one text, and images. */

import type { ContentBlock } from '@agentclientprotocol/sdk/unstable'
import type { TurnImage } from '../images.js'

/** Kinds of content that cannot be taken; a client that heeds our capabilities sends none. */
export type Untaken = Exclude<ContentBlock['type'], 'text' | 'image' | 'resource_link' | 'resource'>

/** What a person says. */
export interface Prompt {
  readonly text: string
  /** Not checked yet. */
  readonly images: readonly TurnImage[]
}

/**
 * Joins the blocks of a prompt. Files that the editor put in stand in fences, links stay links, and images leave a mark where
 * they stood, unless all of them come after the words.
 *
 * @returns What was said, or the kind that cannot be taken.
 */
export function readPrompt(blocks: readonly ContentBlock[]): Prompt | { readonly untaken: Untaken } {
  const parts: string[] = []
  const images: TurnImage[] = []
  let words = ''
  for (const block of blocks) {
    if (block.type === 'text') parts.push(block.text)
    else if (block.type === 'resource_link') parts.push(`[${block.title ?? block.name}](${shown(block.uri)})`)
    else if (block.type === 'resource') parts.push(embedded(block.resource))
    else if (block.type === 'image') {
      if (images.length === 0) words = parts.join('').trim()
      images.push({ mediaType: block.mimeType, data: block.data })
      parts.push(`[image ${images.length}]`)
    } else return { untaken: block.type }
  }
  const areLast = blocks.slice(-images.length).every(({ type }) => type === 'image')
  return { text: images.length > 0 && areLast && words !== '' ? words : parts.join('').trim(), images }
}

function embedded(resource: Extract<ContentBlock, { type: 'resource' }>['resource']): string {
  if (!('text' in resource)) return `\n[${shown(resource.uri)} is no text]\n`
  const longest = Math.max(2, ...[...resource.text.matchAll(/`{3,}/g)].map(([fence]) => fence.length))
  const fence = '`'.repeat(longest + 1)
  return `\n\n${shown(resource.uri)}:\n${fence}\n${resource.text}\n${fence}\n`
}

/** A path where the address is one. */
function shown(uri: string): string {
  if (!uri.startsWith('file://') || !URL.canParse(uri)) return uri
  const { pathname } = new URL(uri)
  try {
    return decodeURIComponent(pathname)
  } catch {
    // A stray per cent sign: the path as it is written.
    return pathname
  }
}
