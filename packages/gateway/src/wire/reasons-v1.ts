/** Words of version 1 for what is wrong with a payment. */

const words: ReadonlyMap<string, string> = new Map([
  ['invalid_exact_evm_signature', 'invalid_exact_evm_payload_signature'],
  ['invalid_exact_evm_recipient_mismatch', 'invalid_exact_evm_payload_recipient_mismatch'],
  ['invalid_exact_evm_payload_authorization_value_mismatch', 'invalid_exact_evm_payload_authorization_value'],
  ['invalid_exact_evm_insufficient_balance', 'insufficient_funds'],
  ['unsupported_payload_type', 'invalid_payload'],
  ['invalid_exact_evm_nonce_already_used', 'invalid_transaction_state'],
  ['invalid_exact_evm_transaction_failed', 'invalid_transaction_state'],
  ['invalid_exact_evm_transfer_event_mismatch', 'invalid_transaction_state'],
  ['invalid_exact_evm_transaction_simulation_failed', 'invalid_transaction_state'],
  ['eip6492_factory_not_allowed', 'invalid_exact_evm_payload_undeployed_smart_wallet'],
])

/** Translates a reason of version 2; what version 1 has no word for stays as it is. */
export function toReasonV1(reason: string): string {
  return words.get(reason) ?? reason
}
