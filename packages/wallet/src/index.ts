/** Keys, signatures, money and what may be spent. Portable: nothing here touches a runtime. */

export { type AddressBook, type Contact, ContactError, createAddressBook } from './address-book.js'
export {
  type Permit,
  type Permit2Transfer,
  paymentAuthorization,
  permit,
  permit2Transfer,
  type TransferAuthorization,
  transferWithAuthorization,
} from './authorization.js'
export {
  type BalanceWatcher,
  type BalanceWatcherDeps,
  type BalanceWatcherOptions,
  type WalletEvents,
  watchBalances,
} from './balances.js'
export {
  type Block,
  type CallRequest,
  ChainAnswerError,
  type ChainClient,
  ChainMismatchError,
  createChainClient,
  type FoundLog,
  type Log,
  type LogFilter,
  type Simulation,
  type TransactionReceipt,
} from './chain-client.js'
export { type Chain, type ChainContracts, chains, localChain } from './chains.js'
export { type Curve, type CurveSignature, plainCurve, type Recover, type Sign } from './curve.js'
export { FaucetError, requestFaucet } from './faucet.js'
export { type Address, AddressError, type Hex, parseAddress } from './hex.js'
export type { ActDeps, ActOutcome } from './identity/acts.js'
export { type Agent, type AgentReader, createAgentReader } from './identity/agents.js'
export {
  type AgentIndex,
  type AgentIndexDeps,
  type AgentIndexOptions,
  createAgentIndex,
  type KnownAgent,
  type ScanProgress,
} from './identity/discover-agents.js'
export {
  type Feedback,
  type FeedbackDoubt,
  type GivenFeedback,
  giveFeedback,
  type ReadReputationDeps,
  type ReadReputationOptions,
  type Reputation,
  type ReputationOptions,
  readReputation,
} from './identity/feedback.js'
export { createIdentity, type Identity, type RegisterOutcome } from './identity/identity.js'
export {
  type AgentReference,
  namesAgent,
  parseRegistration,
  type Registration,
  RegistrationError,
  type RegistrationInput,
  registrationUri,
  registryName,
  writeRegistration,
} from './identity/registration.js'
export {
  answerValidation,
  readValidation,
  requestValidation,
  type Validation,
  type ValidationOptions,
} from './identity/validation.js'
export {
  type RegistrationVerdict,
  type VerifyRegistrationDeps,
  type VerifyRegistrationOptions,
  verifyRegistration,
} from './identity/verify-registration.js'
export { type Account, createKeyring, type Keyring, type Secret, SecretError } from './keyring.js'
export {
  createKeystore,
  type Keystore,
  type KeystoreDeps,
  type KeystoreEntry,
  KeystoreError,
  type KeystoreFiles,
  PassphraseError,
  type PassphraseSource,
} from './keystore.js'
export { walletMigrations } from './migrations.js'
export {
  AmountError,
  type Asset,
  formatAmount,
  isSameAsset,
  type Money,
  maxAmount,
  parseAmount,
  parseBaseUnits,
} from './money.js'
export { maxValiditySeconds, type PaymentRequest, type SignedPayment, signPayment } from './payment.js'
export {
  createReceiptLedger,
  type Receipt,
  ReceiptError,
  type ReceiptLedger,
  receiptCsv,
  receiptLines,
} from './receipts.js'
export { createRpc, type Rpc, RpcError, type RpcOptions } from './rpc.js'
export {
  createSender,
  type Sender,
  type SenderDeps,
  type SenderOptions,
  type SendOutcome,
  type SendRefusal,
  type SendRequest,
} from './sender.js'
export {
  createSpending,
  type SpendDecision,
  type Spending,
  type SpendingDeps,
  type SpendPolicy,
  type SpendRefusal,
  type SpendRequest,
} from './spending.js'
export { createTokenReader, type TokenReader } from './token-reader.js'
export {
  hashTypedData,
  type TypedData,
  type TypedDataDomain,
  type TypedDataMember,
  type TypedDataValue,
} from './typed-data.js'
export { type ContractCaller, type Verification, type VerifyOptions, verifyHash, verifyTypedData } from './verify.js'
export { createWallet, type Wallet, type WalletDeps, type WalletOptions } from './wallet.js'
