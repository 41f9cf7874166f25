/** What touches the machine: parsing by tree-sitter. */

export { createSyntaxCheck } from './syntax-check.js'
