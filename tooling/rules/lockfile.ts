/** The lockfile installs from whichever registry the user has. */

/** Lists the lines of a `pnpm-lock.yaml` that name a registry or another place to download from. */
export function lockfileProblems(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      /\btarball:|https?:\/\/|git\+|\bregistry\./.test(line) ? [`pnpm-lock.yaml:${index + 1}: ${line.trim()}`] : [],
    )
}
