/** Every package says what it is. */

import type { Workspace } from './workspace.js'

/** Lists the packages without a README, or whose README does not begin with their name. */
export function readmeProblems({ packages }: Workspace): string[] {
  return packages
    .filter(({ folder }) => folder.startsWith('packages/'))
    .flatMap(({ folder, manifest, files }) => {
      const text = files.get('README.md')
      if (text === undefined) return [`${folder}: has no README.md`]
      return text.startsWith(`# ${manifest.name}\n`)
        ? []
        : [`${folder}/README.md: does not begin with "# ${manifest.name}"`]
    })
}
