/** What of the memory touches the machine: a folder of notes on disk. */

export { openNoteFolder } from './note-folder.js'
