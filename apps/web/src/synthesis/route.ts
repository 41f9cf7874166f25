/** The address of the page on which functions are searched for. */
export const synthesisHash = '#/synthesis'
