import { braces, type LanguageRules } from './languageRules.ts';

export const java: LanguageRules = {
  grammar: 'java',
  outline: `
    (line_comment) @comment
    (block_comment) @comment
    (marker_annotation) @attached
    (annotation) @attached
    (class_declaration name: (_) @name body: (_) @body) @class
    (record_declaration name: (_) @name body: (_) @body) @class
    (interface_declaration name: (_) @name body: (_) @body) @interface
    (annotation_type_declaration name: (_) @name body: (_) @body) @interface
    (enum_declaration name: (_) @name body: (_) @body) @enum
    (method_declaration name: (_) @name body: (_)? @body) @method
    (constructor_declaration name: (_) @name body: (_) @body) @method
    (field_declaration declarator: (variable_declarator name: (_) @name value: (_)? @body)) @property
    (constant_declaration declarator: (variable_declarator name: (_) @name value: (_)? @body)) @property
  `,
  imports: '(import_declaration) @import',
  comments: ['line_comment', 'block_comment'],
  strings: ['string_literal', 'character_literal'],
  interpolations: ['string_interpolation'],
  blocks: braces,
  names: {
    identifiers: ['identifier', 'type_identifier'],
    binders: {
      class_declaration: 'name',
      record_declaration: 'name',
      interface_declaration: 'name',
      enum_declaration: 'name',
      method_declaration: 'name',
      enum_constant: 'name',
      variable_declarator: 'name',
      formal_parameter: 'name',
      catch_formal_parameter: 'name',
      enhanced_for_statement: 'name',
      resource: 'name',
      lambda_expression: 'parameters',
      inferred_parameters: '*',
      import_declaration: '*',
      scoped_identifier: 'name',
      instanceof_expression: 'name',
      type_parameter: '*',
    },
    transparent: [
      'local_variable_declaration',
      'field_declaration',
      'enum_body_declarations',
      'formal_parameters',
      'spread_parameter',
      'type_parameters',
      'resource_specification',
      'record_pattern',
    ],
    assignments: ['variable_declarator'],
    functions: ['method_declaration', 'constructor_declaration', 'lambda_expression'],
  },
};
