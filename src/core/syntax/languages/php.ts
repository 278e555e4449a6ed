import { braces, type LanguageRules } from './languageRules.ts';

export const php: LanguageRules = {
  grammar: 'php',
  outline: `
    (comment) @comment
    (attribute_list) @attached
    (namespace_definition name: (_) @name body: (_) @body) @module
    (class_declaration name: (_) @name body: (_) @body) @class
    (trait_declaration name: (_) @name body: (_) @body) @class
    (interface_declaration name: (_) @name body: (_) @body) @interface
    (enum_declaration name: (_) @name body: (_) @body) @enum
    (function_definition name: (_) @name body: (_) @body) @function
    (method_declaration name: (_) @name body: (_)? @body) @method
    (property_declaration (property_element name: (_) @name)) @property
    (const_declaration (const_element . (name) @name)) @variable
  `,
  imports: `
    (namespace_use_declaration) @import
    (expression_statement [(include_expression) (include_once_expression)
      (require_expression) (require_once_expression)]) @import
  `,
  comments: ['comment'],
  strings: ['string', 'encapsed_string', 'heredoc', 'nowdoc', 'shell_command_expression'],
  interpolations: ['variable_name', 'member_access_expression', 'subscript_expression'],
  blocks: braces,
  names: {
    identifiers: ['variable_name', 'name'],
    binders: {
      class_declaration: 'name',
      trait_declaration: 'name',
      interface_declaration: 'name',
      enum_declaration: 'name',
      function_definition: 'name',
      const_element: '*',
      namespace_use_clause: 'alias|*',
      qualified_name: '*',
      namespace_name: '',
      assignment_expression: 'left',
      simple_parameter: 'name',
      variadic_parameter: 'name',
      property_promotion_parameter: 'name',
      foreach_statement: '*',
      pair: '*',
      catch_clause: 'name',
      static_variable_declaration: 'name',
      global_declaration: '*',
      anonymous_function_use_clause: '*',
      member_access_expression: '',
      scoped_property_access_expression: '',
      subscript_expression: '',
      compound_statement: '',
      integer: '',
    },
    transparent: [
      'namespace_use_declaration',
      'const_declaration',
      'expression_statement',
      'formal_parameters',
      'function_static_declaration',
    ],
    assignments: ['assignment_expression'],
    functions: [
      'function_definition',
      'method_declaration',
      'anonymous_function',
      'arrow_function',
    ],
  },
};
