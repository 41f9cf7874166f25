// @ts-check
/** Failures of the bootstrap, in words that say what to do. */

/** A failure with advice for the person at the keyboard. */
export class Problem extends Error {
  /**
   * @param {string} message What cannot be done, and why.
   * @param {string} advice What to do about it.
   */
  constructor(message, advice) {
    super(message)
    this.name = 'Problem'
    this.advice = advice
  }
}

/** @type {readonly (readonly [RegExp, string])[]} */
const causes = [
  [
    /ENOSPC|no space left|disk quota/i,
    'The disk is full. Free about 2 GB and run the command again; it goes on where it stopped.',
  ],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only file system/i,
    'A file or folder may not be written. Check who owns this folder and your npm cache, and do not use sudo for it.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|CERT_|certificate|UnknownIssuer/i,
    'The certificate of the package registry is not trusted. Behind a company proxy, point NODE_EXTRA_CA_CERTS ' +
      'and "npm config set cafile" at its certificate.',
  ],
  [
    /\b407\b|proxy auth/i,
    'The proxy asks for a name and password: "npm config set https-proxy http://name:password@host:port".',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|error sending request|dns error|timed? ?out|socket hang up/i,
    'The package registry cannot be reached. Check the network; behind a proxy set HTTPS_PROXY, or "npm config set https-proxy …".',
  ],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE|FROZEN_LOCKFILE|lockfile is not up to date/i,
    'pnpm-lock.yaml does not fit the package.json files: run "pnpm install" and commit the lockfile.',
  ],
  [
    /E40[13]\b|\b40[13] (?:Unauthorized|Forbidden)/i,
    'The package registry refuses this machine: check the token in your .npmrc, or "npm login".',
  ],
  [
    /E404|ETARGET|notarget|NO_MATCHING_VERSION/i,
    'The package registry lacks a package. If "npm config get registry" shows a mirror, it may be out of date.',
  ],
]

/**
 * Says what to do about a failed command.
 *
 * @param {string} output What the command wrote.
 * @returns {string}
 */
export function advise(output) {
  // pnpm breaks lines wherever they are full.
  const text = output.replace(/\s+/g, ' ')
  const found = causes.find(([pattern]) => pattern.test(text))
  return found === undefined ? 'The lines above say why. Run the command again once that is mended.' : found[1]
}

/** The person at the keyboard, or the system, asked to stop. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Stopped by ${signal}`)
    this.signal = signal
  }
}
