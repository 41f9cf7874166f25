/** How large a module may be, and which parts of WebAssembly it may use. */

/** Structural limits; each is the largest value that is accepted. */
export interface ModuleLimits {
  readonly moduleBytes: number
  readonly functions: number
  /** Bytes of one function's body. */
  readonly bodyBytes: number
  /** Locals of one function, parameters not counted, and of all together. */
  readonly locals: number
  readonly allLocals: number
  readonly types: number
  readonly parameters: number
  readonly results: number
  /** Blocks inside blocks. */
  readonly nesting: number
  /** Targets of one `br_table`, the default not counted. */
  readonly branchTable: number
  readonly imports: number
  readonly exports: number
  readonly globals: number
  readonly dataSegments: number
  readonly elementSegments: number
  readonly tables: number
  readonly tableEntries: number
  /** Pages of 64 KiB, at load and by growth. */
  readonly memoryPages: number
}

/** The limits of a cartridge. */
export const moduleLimits: ModuleLimits = {
  moduleBytes: 1 << 20,
  functions: 5_000,
  bodyBytes: 128 << 10,
  locals: 2_000,
  allLocals: 200_000,
  types: 1_000,
  parameters: 64,
  results: 16,
  nesting: 256,
  branchTable: 1_024,
  imports: 64,
  exports: 256,
  globals: 1_000,
  dataSegments: 1_000,
  elementSegments: 100,
  tables: 8,
  tableEntries: 4_096,
  memoryPages: 1_024,
}
