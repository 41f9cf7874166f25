/** Address of the page of endpoints. */
export const endpointsHash = '#/endpoints'
