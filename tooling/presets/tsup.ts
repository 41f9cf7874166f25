/** How every package here becomes JavaScript: ES modules, one file an entry, shared code in chunks. */

import { defineConfig, type Options } from 'tsup'

/**
 * Builds the tsup configuration of a package.
 *
 * @param entry - Name in `dist` to source file.
 * @returns A configuration; declarations are made by `tsc`, which tsup cannot call any more.
 */
export function preset(entry: Record<string, string>, options: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'node22',
    platform: 'neutral',
    external: [/^node:/],
    sourcemap: true,
    splitting: true,
    treeshake: true,
    clean: true,
    silent: true,
    ...options,
  })
}
