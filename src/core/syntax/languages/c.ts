import { braces, type LanguageRules, type NameRules } from './languageRules.ts';

/** A function's name lies as deep as its result has pointers. */
function functionPatterns(name: string): string {
  const declarator = `(function_declarator declarator: ${name})`;
  return [
    declarator,
    `(pointer_declarator declarator: ${declarator})`,
    `(pointer_declarator declarator: (pointer_declarator declarator: ${declarator}))`,
  ]
    .map((pattern) => `(function_definition declarator: ${pattern} body: (_) @body) @function`)
    .join('\n');
}

const sharedOutline = `
  (comment) @comment
  (struct_specifier name: (_) @name body: (_) @body) @class
  (union_specifier name: (_) @name body: (_) @body) @class
  (enum_specifier name: (_) @name body: (_) @body) @enum
  (type_definition declarator: (type_identifier) @name) @type
  (preproc_def name: (_) @name value: (_)? @body) @variable
  (preproc_function_def name: (_) @name value: (_)? @body) @function
  (field_declaration declarator: (field_identifier) @name) @property
  (field_declaration declarator: (pointer_declarator declarator: (field_identifier) @name)) @property
  (field_declaration declarator: (array_declarator declarator: (field_identifier) @name)) @property
  (translation_unit (declaration declarator: (identifier) @name) @variable)
  (translation_unit (declaration declarator: (init_declarator
    declarator: (identifier) @name value: (_) @body)) @variable)
  (translation_unit (declaration declarator: (function_declarator declarator: (identifier) @name)) @function)
`;

const names: NameRules = {
  identifiers: ['identifier', 'type_identifier', 'field_identifier', 'namespace_identifier'],
  binders: {
    preproc_def: 'name',
    preproc_function_def: 'name',
    struct_specifier: 'name',
    union_specifier: 'name',
    enum_specifier: 'name',
    enumerator: 'name',
    type_definition: 'declarator',
    function_definition: 'declarator',
    function_declarator: 'declarator',
    pointer_declarator: 'declarator',
    array_declarator: 'declarator',
    init_declarator: 'declarator',
    parameter_declaration: 'declarator',
    declaration: 'declarator',
  },
  transparent: [
    'function_declarator',
    'pointer_declarator',
    'parameter_list',
    'preproc_ifdef',
    'preproc_if',
    'enumerator_list',
  ],
  assignments: ['declaration', 'init_declarator'],
  functions: ['function_definition'],
};

export const c: LanguageRules = {
  grammar: 'c',
  outline: sharedOutline + functionPatterns('(identifier) @name'),
  imports: '(preproc_include) @import',
  comments: ['comment'],
  strings: ['string_literal', 'char_literal', 'system_lib_string'],
  interpolations: [],
  blocks: braces,
  names,
};

export const cpp: LanguageRules = {
  ...c,
  grammar: 'cpp',
  outline: `${sharedOutline}
    (template_declaration (_) @wraps) @wrapper
    (namespace_definition name: (_)? @name body: (_) @body) @module
    (class_specifier name: (_) @name body: (_) @body) @class
    (alias_declaration name: (_) @name type: (_) @body) @type
    (concept_definition name: (_) @name) @type
    (field_declaration declarator: (function_declarator declarator: (_) @name)) @method
    (field_declaration_list (declaration declarator: (function_declarator declarator: (_) @name)) @method)
    (function_definition declarator: (reference_declarator
      (function_declarator declarator: (_) @name)) body: (_) @body) @function
    ${functionPatterns('(_) @name')}
  `,
  imports: `
    (preproc_include) @import
    (using_declaration) @import
  `,
  strings: [...c.strings, 'raw_string_literal'],
  names: {
    ...names,
    binders: {
      ...names.binders,
      class_specifier: 'name',
      alias_declaration: 'name',
      namespace_definition: 'name',
      qualified_identifier: 'name',
      field_declaration: 'declarator',
      reference_declarator: '*',
      for_range_loop: 'declarator',
      optional_parameter_declaration: 'declarator',
      type_parameter_declaration: '*',
    },
    transparent: [
      ...names.transparent,
      'reference_declarator',
      'template_declaration',
      'template_parameter_list',
      'linkage_specification',
    ],
    functions: [...names.functions, 'lambda_expression'],
  },
};
