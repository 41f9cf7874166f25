/** Lets Node find `x.ts` where a source says `./x.js`: `node --import ./src/testing/internal/sources.ts`. */

import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    const source = context.parentURL?.endsWith('.ts') === true && specifier.startsWith('.')
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context)
  },
})
