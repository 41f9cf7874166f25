/** Compilers that do not compile, as files of their own. */

/** Never answers. */
export const hangingChild = new URL('./hanging-child.ts', import.meta.url)
/** Ends itself when asked. */
export const dyingChild = new URL('./dying-child.ts', import.meta.url)
