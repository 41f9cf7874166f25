/** Shares for a reader. */

/** `77 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
