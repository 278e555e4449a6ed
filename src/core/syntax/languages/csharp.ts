import { braces, type LanguageRules } from './languageRules.ts';

export const csharp: LanguageRules = {
  grammar: 'c-sharp',
  outline: `
    (comment) @comment
    (attribute_list) @attached
    (namespace_declaration name: (_) @name body: (_) @body) @module
    (class_declaration name: (_) @name body: (_) @body) @class
    (struct_declaration name: (_) @name body: (_) @body) @class
    (record_declaration name: (_) @name body: (_)? @body) @class
    (interface_declaration name: (_) @name body: (_) @body) @interface
    (enum_declaration name: (_) @name body: (_) @body) @enum
    (delegate_declaration name: (_) @name) @type
    (method_declaration name: (_) @name body: (_)? @body) @method
    (constructor_declaration name: (_) @name body: (_)? @body) @method
    (destructor_declaration name: (_) @name body: (_)? @body) @method
    (local_function_statement name: (_) @name body: (_)? @body) @function
    (property_declaration name: (_) @name accessors: (_)? @body) @property
    (event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @property
    (field_declaration (variable_declaration (variable_declarator name: (_) @name))) @property
  `,
  imports: '(using_directive) @import',
  comments: ['comment'],
  strings: [
    'string_literal',
    'verbatim_string_literal',
    'raw_string_literal',
    'interpolated_string_expression',
    'character_literal',
  ],
  interpolations: ['interpolation'],
  blocks: braces,
  names: {
    identifiers: ['identifier'],
    binders: {
      class_declaration: 'name',
      struct_declaration: 'name',
      record_declaration: 'name',
      interface_declaration: 'name',
      enum_declaration: 'name',
      enum_member_declaration: 'name',
      method_declaration: 'name',
      property_declaration: 'name',
      local_function_statement: 'name',
      variable_declarator: 'name',
      parameter: 'name',
      foreach_statement: 'left',
      catch_declaration: 'name',
      declaration_expression: 'name',
      declaration_pattern: 'name',
      type_parameter: 'name',
      implicit_parameter: '*',
    },
    transparent: [
      'global_statement',
      'local_declaration_statement',
      'field_declaration',
      'variable_declaration',
      'parameter_list',
      'type_parameter_list',
    ],
    assignments: ['variable_declarator'],
    functions: [
      'method_declaration',
      'constructor_declaration',
      'local_function_statement',
      'lambda_expression',
    ],
  },
};
