/** What touches files. */

export { openKeystoreFolder } from './keystore-folder.js'
