/** Where work is done apart from what others see. */

import type { Work, WorkCheck } from '../protocol-work.js'

/** A folder on a branch of its own. */
export type Place = NonNullable<Work['place']>

/** What was made, as a commit. */
export interface Kept {
  readonly commit: string
  /** Paths that differ from the base, in order. */
  readonly files: readonly string[]
}

/** Copies of a repository; everything may be asked again after a crash. */
export interface Checkout {
  /**
   * Makes the place of a task, or finds the one that was made before.
   *
   * @param task - `attempt`: another one has a place of its own.
   * @throws CheckoutError (`agent/checkout`) if the folder is no git repository, or has no commit.
   */
  open(task: {
    readonly id: number
    readonly attempt: number
    readonly folder: string | undefined
    /** Branch to begin from. @defaultValue what the repository has checked out */
    readonly from?: string | undefined
  }): Promise<Place>
  /** Commits whatever is there. */
  keep(place: Place, options: { readonly message: string }): Promise<Kept>
  /** Takes over what was made on another branch. @returns The files that contradict, with nothing taken over; none if all was. */
  merge(place: Place, branch: string): Promise<readonly string[]>
  /** What a commit changes since the base, at most so many characters of it. */
  diff(place: Place, commit: string, options: { readonly maxLength: number }): Promise<string>
  /** Runs commands, one after the other and each of them, in a clean copy of a commit, which is gone afterwards. */
  verify(
    place: Place,
    commit: string,
    options: { readonly commands: readonly string[]; readonly signal: AbortSignal },
  ): Promise<WorkCheck[]>
  /** Takes the folder away; the branch stays. */
  close(place: Place): Promise<void>
}
