/** Finds the names in a source: without a grammar, since it is done for whole repositories. */

import type { Language } from './languages.js'

const slashes = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[\p{L}_$][\p{L}\p{N}_$]*/gu
/** Rust's lifetimes are no strings. */
const rust = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\.[^']*|[^'\\])'|[\p{L}_][\p{L}\p{N}_]*/gu
const python =
  /#.*|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[\p{L}_][\p{L}\p{N}_]*/gu
/** What stands in double quotes may name variables, so it is looked into. */
const hashes = /(?<![$\w])#.*|'[^'\n]*'|[\p{L}_][\p{L}\p{N}_]*[?!]?/gu

const keywords = new Set(
  'abstract and any as async await bool boolean break case catch char class const constructor continue def default del delete do double elif else elsif end enum export extends extern false final finally float for from func function fn get global goto if impl implements import in include instanceof int interface internal is lambda let long match mod module mut namespace new nil none not null number object of operator or override package pass private protected pub public raise readonly return require self set short signed sizeof static str string struct super switch template then this throw throws trait true try type typedef typeof undefined union unsigned unless until use using val var virtual void when where while with yield None True False Self'.split(
    ' ',
  ),
)

/** Calls back for each name, comments, strings and words of the language apart. Template strings are looked into. */
export function eachName(language: Language, text: string, visit: (name: string, index: number) => void): void {
  const pattern =
    language.id === 'rust' ? rust : language.id === 'python' ? python : language.comment === '#' ? hashes : slashes
  for (const { 0: name, index } of text.matchAll(pattern)) {
    const code = name.charCodeAt(0)
    // A quote, a slash or a hash begins what is no name.
    if (code === 34 || code === 39 || code === 47 || code === 35 || name.length < 2 || keywords.has(name)) continue
    visit(name, index)
  }
}
