/** Which words can name things in TypeScript. */

import { Script } from 'node:vm'

/** Whether a word can name a function or a parameter: the engine knows all words that are taken. */
export function isIdentifier(word: string): boolean {
  if (!/^[A-Za-z_$][\w$]*$/.test(word)) return false
  try {
    new Script(`'use strict'; async function* f() { const ${word} = 0 }`)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
