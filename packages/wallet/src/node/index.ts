/** What touches files, programs and the machine. */

export {
  type DevChain,
  type DevChainDeps,
  DevChainError,
  type DevChainOptions,
  developmentFaucet,
  startDevChain,
} from './dev-chain.js'
export { createKeepAliveFetch, type KeepAliveFetch, type KeepAliveFetchOptions } from './keep-alive-fetch.js'
export { openKeystoreFolder } from './keystore-folder.js'
export { passphraseCommand, passphraseFile, promptPassphrase, type Terminal } from './passphrase.js'
export { loadWasmCurve } from './wasm-curve.js'
