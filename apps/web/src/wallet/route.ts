/** Address of the wallet page. */
export const walletHash = '#/wallet'
