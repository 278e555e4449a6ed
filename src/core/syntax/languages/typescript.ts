import { braces, type LanguageRules, type NameRules } from './languageRules.ts';

const functionBodies = '[(arrow_function body: (_) @body) (function_expression body: (_) @body)]';

const sharedOutline = `
  (comment) @comment
  (decorator) @attached
  (export_statement declaration: (_) @wraps) @wrapper
  (function_declaration name: (_) @name body: (_) @body) @function
  (generator_function_declaration name: (_) @name body: (_) @body) @function
  (class_declaration name: (_) @name body: (_) @body) @class
  (method_definition name: (_) @name body: (_) @body) @method
  (lexical_declaration (variable_declarator name: (identifier) @name value: ${functionBodies})) @function
  (variable_declaration (variable_declarator name: (identifier) @name value: ${functionBodies})) @function
  (program (lexical_declaration (variable_declarator name: (identifier) @name value: (_)? @body)) @variable)
  (program (variable_declaration (variable_declarator name: (identifier) @name value: (_)? @body)) @variable)
  (program (export_statement declaration: (lexical_declaration
    (variable_declarator name: (identifier) @name value: (_)? @body)) @variable))
`;

const typesOutline = `
  (ambient_declaration (_) @wraps) @wrapper
  (abstract_class_declaration name: (_) @name body: (_) @body) @class
  (interface_declaration name: (_) @name body: (_) @body) @interface
  (enum_declaration name: (_) @name body: (_) @body) @enum
  (type_alias_declaration name: (_) @name value: (_) @body) @type
  (internal_module name: (_) @name body: (_)? @body) @module
  (module name: (_) @name body: (_)? @body) @module
  (function_signature name: (_) @name) @function
  (interface_body (method_signature name: (_) @name) @method)
  (interface_body (property_signature name: (_) @name) @property)
  (type_alias_declaration value: (object_type (method_signature name: (_) @name) @method))
  (type_alias_declaration value: (object_type (property_signature name: (_) @name) @property))
  (abstract_method_signature name: (_) @name) @method
  (public_field_definition name: (_) @name value: ${functionBodies}) @method
  (public_field_definition name: (_) @name value: (_)? @body) @property
`;

const names: NameRules = {
  identifiers: ['identifier', 'type_identifier', 'shorthand_property_identifier_pattern'],
  binders: {
    variable_declarator: 'name',
    required_parameter: 'pattern',
    optional_parameter: 'pattern',
    type_parameter: 'name',
    function_declaration: 'name',
    generator_function_declaration: 'name',
    function_signature: 'name',
    function_expression: 'name',
    class_declaration: 'name',
    abstract_class_declaration: 'name',
    interface_declaration: 'name',
    type_alias_declaration: 'name',
    enum_declaration: 'name',
    internal_module: 'name',
    import_clause: '*',
    import_specifier: 'alias|name',
    arrow_function: 'parameter',
    for_in_statement: 'left',
    catch_clause: 'parameter',
    pair_pattern: 'value',
    assignment_pattern: 'left',
    object_assignment_pattern: 'left',
  },
  transparent: [
    'import_statement',
    'export_statement',
    'ambient_declaration',
    'expression_statement',
    'lexical_declaration',
    'variable_declaration',
    'formal_parameters',
    'type_parameters',
  ],
  assignments: ['variable_declarator'],
  functions: [
    'function_declaration',
    'generator_function_declaration',
    'function_expression',
    'arrow_function',
    'method_definition',
  ],
};

/** What TypeScript, TSX and JavaScript have in common. */
const shared = {
  imports: `
    (import_statement) @import
    (export_statement source: (_)) @import
  `,
  comments: ['comment', 'hash_bang_line'],
  strings: ['string', 'template_string', 'regex'],
  interpolations: ['template_substitution'],
  blocks: braces,
};

export const typescript: LanguageRules = {
  ...shared,
  grammar: 'typescript',
  outline: sharedOutline + typesOutline,
  names,
};

export const tsx: LanguageRules = { ...typescript, grammar: 'tsx' };

export const javascript: LanguageRules = {
  ...shared,
  grammar: 'javascript',
  outline: `${sharedOutline}
    (field_definition property: (_) @name value: ${functionBodies}) @method
    (field_definition property: (_) @name value: (_)? @body) @property
  `,
  names: {
    ...names,
    // Parameters are bare patterns here.
    binders: { ...names.binders, formal_parameters: '*' },
    transparent: names.transparent.filter((type) => type !== 'formal_parameters'),
  },
};
