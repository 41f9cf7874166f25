/** Which of a process's variables are secrets. */

const secretName = /(?:^|_)(?:key|token|secret|password|passwd|passphrase|credentials?|auth)(?:_|$)/i

/** Gives the values of variables whose names say that they are secret. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) =>
    secretName.test(name) && value.length >= 8 ? [value] : [],
  )
}
