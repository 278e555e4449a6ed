import { braces, type LanguageRules } from './languageRules.ts';

export const rust: LanguageRules = {
  grammar: 'rust',
  outline: `
    (line_comment) @comment
    (block_comment) @comment
    (attribute_item) @attached
    (mod_item name: (_) @name body: (_)? @body) @module
    (struct_item name: (_) @name body: (_)? @body) @class
    (union_item name: (_) @name body: (_) @body) @class
    (enum_item name: (_) @name body: (_) @body) @enum
    (trait_item name: (_) @name body: (_) @body) @interface
    (impl_item type: (_) @name body: (_) @body) @class
    (type_item name: (_) @name type: (_) @body) @type
    (associated_type name: (_) @name) @type
    (function_item name: (_) @name body: (_) @body) @function
    (function_signature_item name: (_) @name) @function
    (macro_definition name: (_) @name) @function
    (const_item name: (_) @name value: (_)? @body) @variable
    (static_item name: (_) @name value: (_)? @body) @variable
    (field_declaration name: (_) @name) @property
  `,
  imports: `
    (use_declaration) @import
    (extern_crate_declaration) @import
  `,
  comments: ['line_comment', 'block_comment'],
  strings: ['string_literal', 'raw_string_literal', 'char_literal'],
  interpolations: [],
  blocks: braces,
  names: {
    identifiers: ['identifier', 'type_identifier'],
    binders: {
      mod_item: 'name',
      struct_item: 'name',
      enum_item: 'name',
      trait_item: 'name',
      type_item: 'name',
      function_item: 'name',
      macro_definition: 'name',
      const_item: 'name',
      static_item: 'name',
      let_declaration: 'pattern',
      let_condition: 'pattern',
      for_expression: 'pattern',
      match_arm: 'pattern',
      parameter: 'pattern',
      closure_parameters: '*',
      type_parameter: 'name',
      use_declaration: 'argument',
      use_as_clause: 'alias',
      scoped_identifier: 'name',
      scoped_use_list: 'list',
      // The variant is no name that it gives.
      tuple_struct_pattern: '*',
      field_pattern: 'pattern|name',
    },
    transparent: ['parameters', 'type_parameters', 'expression_statement', 'let_chain'],
    assignments: ['let_declaration'],
    functions: ['function_item', 'closure_expression'],
  },
};
