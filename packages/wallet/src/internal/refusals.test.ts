import { expect, test } from 'vitest'
import { refusalKind } from './refusals.js'

test.each([
  ['known', 'already known'],
  ['known', 'transaction already imported'],
  ['known', 'Known transaction'],
  ['nonce', 'nonce too low: next nonce 5, tx nonce 4'],
  ['nonce', 'replacement transaction underpriced'],
  ['nonce', 'nonce has already been used'],
  ['funds', 'insufficient funds for gas * price + value: balance 0, tx cost 21000'],
  ['funds', 'Insufficient funds for gas * price + value'],
  ['funds', 'sender has insufficient fee token balance'],
  ['fee', 'max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1 baseFee: 7'],
  ['fee', 'transaction underpriced'],
  ['invalid', 'intrinsic gas too low'],
  ['invalid', 'exceeds block gas limit'],
  ['invalid', 'invalid chain id for signer'],
  ['invalid', 'Failed to decode transaction'],
  ['unsupported', 'the method eth_sendRawTransactionSync does not exist/is not available: method not found'],
  ['unclear', 'nonce too high'],
  ['unclear', 'txpool is full'],
  ['unclear', 'The transaction was added to the mempool but was not processed within the timeout'],
  ['unclear', 'Internal error'],
  ['unclear', 'daily request count exceeded, request rate limited'],
] as const)('refusalKind() reads %s in "%s"', (kind, why) => {
  expect(refusalKind({ rpcCode: -32000, why })).toBe(kind)
})

test('refusalKind() goes by the number where a method is missing', () => {
  expect([-32601, -32004].map((rpcCode) => refusalKind({ rpcCode, why: 'x' }))).toEqual(['unsupported', 'unsupported'])
})
