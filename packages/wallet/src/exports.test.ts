import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as node from './node/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "ContactError",
      "createAddressBook",
      "paymentAuthorization",
      "permit",
      "permit2Transfer",
      "transferWithAuthorization",
      "watchBalances",
      "ChainAnswerError",
      "ChainMismatchError",
      "createChainClient",
      "chains",
      "localChain",
      "plainCurve",
      "FaucetError",
      "requestFaucet",
      "AddressError",
      "parseAddress",
      "createKeyring",
      "SecretError",
      "createKeystore",
      "KeystoreError",
      "PassphraseError",
      "walletMigrations",
      "AmountError",
      "formatAmount",
      "isSameAsset",
      "maxAmount",
      "parseAmount",
      "parseBaseUnits",
      "maxValiditySeconds",
      "signPayment",
      "createReceiptLedger",
      "ReceiptError",
      "receiptCsv",
      "receiptLines",
      "createRpc",
      "RpcError",
      "createSender",
      "createSpending",
      "createTokenReader",
      "hashTypedData",
      "verifyHash",
      "verifyTypedData",
    ]
  `)
})

test('the node entry exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "DevChainError",
      "startDevChain",
      "openKeystoreFolder",
      "passphraseCommand",
      "passphraseFile",
      "promptPassphrase",
      "loadWasmCurve",
    ]
  `)
})
