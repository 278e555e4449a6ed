import { braces, type LanguageRules } from './languageRules.ts';

export const go: LanguageRules = {
  grammar: 'go',
  outline: `
    (comment) @comment
    (type_declaration (type_spec) @wraps) @wrapper
    (type_spec name: (_) @name type: (struct_type (_) @body)) @class
    (type_spec name: (_) @name type: (interface_type)) @interface
    (type_spec name: (_) @name) @type
    (type_alias name: (_) @name) @type
    (function_declaration name: (_) @name body: (_)? @body) @function
    (method_declaration name: (_) @name body: (_)? @body) @method
    (method_elem name: (_) @name) @method
    (field_declaration name: (_) @name) @property
    (source_file (const_declaration (const_spec name: (_) @name value: (_)? @body) @variable))
    (source_file (var_declaration (var_spec name: (_) @name value: (_)? @body) @variable))
    (source_file (var_declaration
      (var_spec_list (var_spec name: (_) @name value: (_)? @body) @variable)))
  `,
  imports: '(import_declaration) @import',
  comments: ['comment'],
  strings: ['interpreted_string_literal', 'raw_string_literal', 'rune_literal'],
  interpolations: [],
  blocks: braces,
  names: {
    identifiers: ['identifier', 'type_identifier', 'package_identifier'],
    binders: {
      import_spec: 'name',
      type_spec: 'name',
      type_alias: 'name',
      function_declaration: 'name',
      const_spec: 'name',
      var_spec: 'name',
      short_var_declaration: 'left',
      range_clause: 'left',
      parameter_declaration: 'name',
      variadic_parameter_declaration: 'name',
      type_parameter_declaration: 'name',
      receive_statement: 'left',
    },
    transparent: [
      'import_declaration',
      'import_spec_list',
      'type_declaration',
      'const_declaration',
      'var_declaration',
      'var_spec_list',
      'statement_list',
      'parameter_list',
      'type_parameter_list',
      'for_clause',
    ],
    assignments: ['const_spec', 'var_spec', 'short_var_declaration'],
    functions: ['function_declaration', 'method_declaration', 'func_literal'],
  },
};
