/** Wildcards over paths, and the `.gitignore` files that use them. */

/** Turns a glob into a test for paths with `/`. Knows `*`, `?`, `**`, `[…]` and `{a,b}`; without a `/` it fits at any depth. */
export function globMatcher(glob: string): (path: string) => boolean {
  const anywhere = !glob.replace(/\/$/, '').includes('/')
  const pattern = new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${toPattern(glob.replace(/^\.?\//, ''))}$`, 'su')
  return (path) => pattern.test(path)
}

function toPattern(glob: string): string {
  let pattern = ''
  let depth = 0
  const characters = [...glob]
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? ''
    if (character === '*') {
      const start = index
      while (characters[index + 1] === '*') index++
      const double = index > start
      if (double && characters[index + 1] === '/') {
        index++
        pattern += '(?:[^/]+/)*'
      } else pattern += double ? '.*' : '[^/]*'
    } else if (character === '?') pattern += '[^/]'
    else if (character === '{' && characters.includes('}', index)) {
      depth++
      pattern += '(?:'
    } else if (character === '}' && depth > 0) {
      depth--
      pattern += ')'
    } else if (character === ',' && depth > 0) pattern += '|'
    else if (character === '[' && characters.indexOf(']', index + 2) > 0) {
      const end = characters.indexOf(']', index + 2)
      const body = characters.slice(index + 1, end).join('')
      pattern += `(?![/])[${body.replace(/^!/, '^').replace(/[\\[\]&]/g, '\\$&')}]`
      index = end
    } else if (character === '\\' && index + 1 < characters.length) pattern += quote(characters[++index] ?? '')
    else pattern += quote(character)
  }
  return pattern + ')'.repeat(depth)
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}

/** Tells whether a path is left out. `folder` is whether it is one. */
export type IgnoreRule = (path: string, folder: boolean) => boolean | undefined

/**
 * Reads the text of a `.gitignore`. Of the rules that say something about a path, the last one counts.
 *
 * @param base - Folder the file stands in, relative to the root; `''` for the root.
 */
export function parseIgnore(text: string, base: string): IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.replace(/(?<!\\)\s+$/, '')
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const kept = trimmed.startsWith('!')
    const glob = trimmed.replace(/^!/, '').replace(/^\\(?=[#!])/, '')
    const foldersOnly = glob.endsWith('/')
    let fits: (path: string) => boolean
    try {
      fits = globMatcher(foldersOnly ? glob.slice(0, -1) : glob)
    } catch {
      // A range such as [z-a]: git passes over such a line too.
      return []
    }
    return [
      (path: string, folder: boolean) => {
        if ((foldersOnly && !folder) || (base !== '' && !path.startsWith(`${base}/`))) return undefined
        return fits(base === '' ? path : path.slice(base.length + 1)) ? !kept : undefined
      },
    ]
  })
}
