/** A compiler that is asked and ends. */

process.on('message', () => process.exit(7))
