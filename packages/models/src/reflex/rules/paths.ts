import { pieceMark } from '../quoted.js'
import type { Clause } from './clause.js'

/** A path as people write it: with an extension or a slash, a well-known name, a dot file, or in quotes. */
export const filePath = `(?:${pieceMark}|[\\p{L}\\p{N}_@~.\\-/\\\\]*(?:/|\\.)[\\p{L}\\p{N}_@.\\-/\\\\]*[\\p{L}\\p{N}_\\-/\\\\]|(?:README|LICENSE|LICENCE|Makefile|Dockerfile|CHANGELOG|CONTRIBUTING|AUTHORS|NOTICE)(?![\\p{L}\\p{N}]))`
/** Any word that can be a path, where nothing else is expected. */
export const anyPath = `(?:${pieceMark}|[\\p{L}\\p{N}_@~.\\-/\\\\]*[\\p{L}\\p{N}_\\-/\\\\.])`
/** Words for the path that was mentioned. */
export const itPath = '(?:it|that file|this file|the file|that|the same file)'
/** Words for a folder. */
export const folderNoun = '(?:folders?|director(?:y|ies)|dir|subfolder|path)'
const here =
  /^(?:here|there|this|it|the|current|the current|this|\.|workspace|the workspace|project|the project|root|the root|repo|the repo|the repository|repository|home|my workspace|my project|working)$/i

/** The path that is meant. */
export function pathOf(text: string, { pieces, mentioned }: Clause): string {
  const path = pieces.value(text.trim().replace(/^(?:the |my |our )/i, ''))
  return new RegExp(`^${itPath}$`, 'i').test(text.trim()) ? (mentioned.path ?? path) : path
}

/** The folder that is meant; nothing for the workspace itself. */
export function folderOf(text: string, clause: Clause): string | undefined {
  const path = pathOf(text, clause)
  return path === '' || here.test(path) ? undefined : path.replace(/(?<=.)\/+$/, '')
}

/** Whether a path names a file rather than a folder. */
export function isFileName(path: string): boolean {
  return /\.[\p{L}\p{N}]{1,8}$/u.test(path) || /^(?:README|LICENSE|LICENCE|Makefile|Dockerfile|CHANGELOG)$/.test(path)
}

/** Words after "in" that are no folders. */
export function isAbstract(path: string): boolean {
  return /^(?:memory|store|stock|mind|general|particular|common|fact|it|that|charge|memories|tasks?|notes?|progress|my|your|our|their|his|her|the|an?)$/i.test(
    path,
  )
}
