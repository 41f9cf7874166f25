/** The languages that can be parsed, and what in them defines a name. */

/** A language and its grammar. */
export interface Language {
  readonly id: string
  /** Name of the grammar's file, without `tree-sitter-` and `.wasm`. */
  readonly grammar: string
  /** Endings of file names, with the dot; or whole names. */
  readonly files: readonly string[]
  /** A query of tree-sitter: `@name` inside of the definition, which is captured by its kind. */
  readonly definitions: string
  /** What begins a comment that ends with its line. */
  readonly comment: '//' | '#'
}

const classLike = '(class_declaration name: (_) @name) @class (abstract_class_declaration name: (_) @name) @class'

const javascript = `
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(method_definition name: (_) @name) @method
(program (lexical_declaration (variable_declarator name: (identifier) @name) @variable))
(program (variable_declaration (variable_declarator name: (identifier) @name) @variable))
(export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @variable))
`

const typescript = `
${javascript}
${classLike}
(function_signature name: (identifier) @name) @function
(abstract_method_signature name: (_) @name) @method
(interface_declaration name: (_) @name) @interface
(method_signature name: (_) @name) @method
(type_alias_declaration name: (_) @name) @type
(enum_declaration name: (_) @name) @enum
(internal_module name: (_) @name) @module
`

const cpp = `
(function_definition declarator: (function_declarator declarator: (_) @name)) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) @function
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name))) @function
(translation_unit (declaration declarator: (function_declarator declarator: (identifier) @name)) @function)
(struct_specifier name: (type_identifier) @name body: (_)) @struct
(class_specifier name: (type_identifier) @name body: (_)) @class
(union_specifier name: (type_identifier) @name body: (_)) @struct
(enum_specifier name: (type_identifier) @name body: (_)) @enum
(type_definition declarator: (type_identifier) @name) @type
(namespace_definition name: (_) @name) @module
(preproc_def name: (identifier) @name) @constant
(preproc_function_def name: (identifier) @name) @macro
`

/** Every language, the first whose files fit counts. C is read by the grammar of C++, which contains nearly all of it. */
export const languages: readonly Language[] = [
  { id: 'typescript', grammar: 'typescript', files: ['.ts', '.mts', '.cts'], definitions: typescript, comment: '//' },
  { id: 'tsx', grammar: 'tsx', files: ['.tsx'], definitions: typescript, comment: '//' },
  {
    id: 'javascript',
    grammar: 'javascript',
    files: ['.js', '.mjs', '.cjs', '.jsx'],
    definitions: `${javascript} (class_declaration name: (_) @name) @class`,
    comment: '//',
  },
  {
    id: 'python',
    grammar: 'python',
    files: ['.py', '.pyi'],
    definitions: `
(class_definition name: (identifier) @name) @class
(function_definition name: (identifier) @name) @function
(module (expression_statement (assignment left: (identifier) @name) @variable))
`,
    comment: '#',
  },
  {
    id: 'go',
    grammar: 'go',
    files: ['.go'],
    definitions: `
(function_declaration name: (identifier) @name) @function
(method_declaration name: (field_identifier) @name) @method
(type_spec name: (type_identifier) @name) @type
(type_alias name: (type_identifier) @name) @type
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @variable))
`,
    comment: '//',
  },
  {
    id: 'rust',
    grammar: 'rust',
    files: ['.rs'],
    definitions: `
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(struct_item name: (type_identifier) @name) @struct
(enum_item name: (type_identifier) @name) @enum
(union_item name: (type_identifier) @name) @struct
(trait_item name: (type_identifier) @name) @interface
(impl_item type: (_) @name) @class
(type_item name: (type_identifier) @name) @type
(mod_item name: (identifier) @name) @module
(macro_definition name: (identifier) @name) @macro
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @variable
`,
    comment: '//',
  },
  {
    id: 'java',
    grammar: 'java',
    files: ['.java'],
    definitions: `
(class_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(record_declaration name: (identifier) @name) @class
(annotation_type_declaration name: (identifier) @name) @interface
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
`,
    comment: '//',
  },
  { id: 'c', grammar: 'cpp', files: ['.c', '.h'], definitions: cpp, comment: '//' },
  {
    id: 'cpp',
    grammar: 'cpp',
    files: ['.cc', '.cpp', '.cxx', '.hh', '.hpp', '.hxx'],
    definitions: cpp,
    comment: '//',
  },
  {
    id: 'csharp',
    grammar: 'c-sharp',
    files: ['.cs'],
    definitions: `
(class_declaration name: (identifier) @name) @class
(struct_declaration name: (identifier) @name) @struct
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(delegate_declaration name: (identifier) @name) @type
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(property_declaration name: (identifier) @name) @variable
(namespace_declaration name: (_) @name) @module
`,
    comment: '//',
  },
  {
    id: 'ruby',
    grammar: 'ruby',
    files: ['.rb', '.rake', 'Rakefile', 'Gemfile'],
    definitions: `
(class name: (_) @name) @class
(module name: (_) @name) @module
(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(program (assignment left: (constant) @name) @constant)
`,
    comment: '#',
  },
  {
    id: 'php',
    grammar: 'php',
    files: ['.php'],
    definitions: `
(class_declaration name: (name) @name) @class
(interface_declaration name: (name) @name) @interface
(trait_declaration name: (name) @name) @class
(enum_declaration name: (name) @name) @enum
(function_definition name: (name) @name) @function
(method_declaration name: (name) @name) @method
(namespace_definition name: (_) @name) @module
`,
    comment: '//',
  },
  {
    id: 'bash',
    grammar: 'bash',
    files: ['.sh', '.bash'],
    definitions: '(function_definition name: (word) @name) @function',
    comment: '#',
  },
]

/** The language of a file by its name; absent if none is known. */
export function languageOf(path: string): Language | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return languages.find(({ files }) => files.some((end) => (end.startsWith('.') ? name.endsWith(end) : name === end)))
}
