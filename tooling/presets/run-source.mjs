// @ts-check
/**
 * Lets Node run our sources as they are: `node --conditions=@salp/source --import @salp/presets/run-source file.ts`.
 *
 * Node takes the types out by itself; what is left is that our imports name the `.js` that a build would make.
 */

import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      if (!/^\.{1,2}\/.*\.js$/.test(specifier)) throw error
      return next(specifier.replace(/\.js$/, '.ts'), context)
    }
  },
})
