/** Tasks to begin with. */

import type { Draft } from './draft.js'

const rowsOf = (pairs: readonly (readonly [args: readonly string[], returns: string])[]): Draft['rows'] =>
  pairs.map(([args, returns], key) => ({ key, args, returns }))

/** What they are called, and what they fill in. */
export const presets: readonly { readonly title: string; readonly draft: Draft }[] = [
  {
    title: 'Keep what is positive',
    draft: {
      ...{
        name: 'positive',
        statement: 'Keep the values above 0.',
        parameters: [{ name: 'values', type: 'number[]' }],
        returns: 'number[]',
      },
      rows: rowsOf([
        [['[3, -1, 4]'], '[3, 4]'],
        [['[-2, -5]'], '[]'],
        [['[10, -3, 1, -1]'], '[10, 1]'],
        [['[0, 6]'], '[6]'],
      ]),
    },
  },
  {
    title: 'Words as a web address',
    draft: {
      ...{
        name: 'slug',
        statement: 'The words in small letters, joined by hyphens.',
        parameters: [{ name: 'title', type: 'string' }],
        returns: 'string',
      },
      rows: rowsOf([
        [['Hello World'], 'hello-world'],
        [['Salp'], 'salp'],
        [['A b C'], 'a-b-c'],
      ]),
    },
  },
  {
    title: 'Length of each word',
    draft: {
      ...{
        name: 'lengths',
        statement: 'How long is each word?',
        parameters: [{ name: 'text', type: 'string' }],
        returns: 'number[]',
      },
      rows: rowsOf([
        [['a salp swims'], '[1, 4, 5]'],
        [['hello'], '[5]'],
        [['to be or not'], '[2, 2, 2, 3]'],
      ]),
    },
  },
]
