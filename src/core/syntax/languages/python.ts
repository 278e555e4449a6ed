import type { LanguageRules } from './languageRules.ts';

export const python: LanguageRules = {
  grammar: 'python',
  outline: `
    (comment) @comment
    (decorator) @attached
    (decorated_definition definition: (_) @wraps) @wrapper
    (class_definition name: (_) @name body: (_) @body) @class
    (function_definition name: (_) @name body: (_) @body) @function
    (type_alias_statement left: (_) @name right: (_) @body) @type
    (module (expression_statement (assignment left: (identifier) @name right: (_)? @body)) @variable)
    (class_definition body: (block
      (expression_statement (assignment left: (identifier) @name right: (_)? @body)) @property))
  `,
  imports: `
    (import_statement) @import
    (import_from_statement) @import
    (future_import_statement) @import
  `,
  comments: ['comment'],
  strings: ['string'],
  interpolations: ['interpolation'],
  blocks: { kind: 'layout', block: 'block' },
  names: {
    identifiers: ['identifier'],
    binders: {
      import_statement: '*',
      import_from_statement: 'name',
      dotted_name: '*',
      aliased_import: 'alias',
      class_definition: 'name',
      function_definition: 'name',
      assignment: 'left',
      named_expression: 'name',
      parameters: '*',
      lambda_parameters: '*',
      default_parameter: 'name',
      typed_default_parameter: 'name',
      typed_parameter: '*',
      type: '',
      for_statement: 'left',
      for_in_clause: 'left',
      as_pattern: 'alias',
      with_item: 'value',
      attribute: '',
      subscript: '',
      call: '',
    },
    transparent: [
      'expression_statement',
      'decorated_definition',
      'with_clause',
      'except_clause',
      'list_comprehension',
    ],
    assignments: ['assignment', 'named_expression'],
    functions: ['function_definition', 'lambda'],
  },
};
