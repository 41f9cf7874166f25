/** Which variables of a process are secrets. */

import { redact } from '@salp/core'

const secretName =
  /(?:^|_)(?:API_?KEYS?|KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PWD_.*|PASS|PASSPHRASE|CREDENTIALS?|AUTH|COOKIES?|PRIVATE|PAT|DSN|CONNECTION_STRING|DATABASE_URL|MNEMONIC|SEED)(?:_|$)|APIKEY$|TOKEN$|SECRET$|PASSWORD$/i
/** Doors to keys, code that shells run by themselves, and settings of the agent. */
const unwanted =
  /^(?:SSH_AUTH_SOCK|SSH_AGENT_PID|GPG_AGENT_INFO|BASH_ENV|ENV|CDPATH|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|SALP_.*|NODE_OPTIONS|NODE_CHANNEL_FD)$/

/** The variables that a command may see: without secrets, by name or by form, and without what would steer its shell. */
export function withoutSecrets(
  environment: Readonly<Record<string, string | undefined>>,
  keep: readonly string[] = [],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => {
      const [name, value] = entry
      if (value === undefined) return false
      return keep.includes(name) || !(secretName.test(name) || unwanted.test(name) || redact(value) !== value)
    }),
  )
}

/** Sets variables apart by name; those that are not there, or empty, are in neither part. */
export function setApart(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): { readonly apart: Readonly<Record<string, string>>; readonly rest: Readonly<Record<string, string>> } {
  const given = Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '')
  const [apart, rest] = [true, false].map((wanted) =>
    Object.fromEntries(given.filter(([name]) => names.includes(name) === wanted)),
  )
  return { apart: apart ?? {}, rest: rest ?? {} }
}

/** The values of variables whose names say that they are secret, to be kept out of text; short ones would garble it. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) =>
    secretName.test(name) && value.length >= 8 ? [value] : [],
  )
}
