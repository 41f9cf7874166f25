/** What a call of a cartridge is made of, here and on a node. */

import type { Command } from 'commander'
import type { CallWords } from '../cartridge/calls.js'
import { collect } from './values.js'

/** Adds what a call is made of. */
export function addCallOptions(command: Command): Command {
  return command
    .option('-r, --request <words>', "of a backend: 'GET /path?x=1' (default: GET /, or POST with a body)")
    .option('-H, --header <header>', "a header, such as 'accept: text/csv'; may be repeated", collect)
    .option('-d, --body <text>', 'the body of the request')
    .option('--value <json>', 'what a cognitive function is given')
    .option('--event <json>', 'of a frontend (default: its first, mount)')
    .option('--stats', 'say what it took')
}

/** Options of {@link addCallOptions}. */
export interface CallOptions extends CallWords {
  readonly stats?: true
}
