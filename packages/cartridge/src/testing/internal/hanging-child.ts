/** A compiler that is asked and loops for ever. */

process.on('message', () => {
  for (;;);
})
