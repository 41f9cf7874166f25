/** Address of the page of nets. */
export const netsHash = '#/nets'
