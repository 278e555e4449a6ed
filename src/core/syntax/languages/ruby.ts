import type { LanguageRules } from './languageRules.ts';

export const ruby: LanguageRules = {
  grammar: 'ruby',
  outline: `
    (comment) @comment
    (module name: (_) @name body: (_)? @body) @module
    (class name: (_) @name body: (_)? @body) @class
    (method name: (_) @name body: (_)? @body) @function
    (singleton_method name: (_) @name body: (_)? @body) @function
    (program (assignment left: (constant) @name right: (_) @body) @variable)
    (body_statement (assignment left: (constant) @name right: (_) @body) @variable)
  `,
  imports: `
    ((call method: (identifier) @method) @import
      (#any-of? @method "require" "require_relative" "load" "autoload"))
  `,
  comments: ['comment'],
  strings: ['string', 'heredoc_body', 'regex', 'string_array', 'symbol_array', 'subshell'],
  interpolations: ['interpolation'],
  blocks: {
    kind: 'tokens',
    openers: ['{', 'do', 'then', 'begin', 'else', 'ensure', 'rescue'],
    closers: ['}', 'end', 'else', 'elsif', 'when', 'in', 'rescue', 'ensure'],
    headers: ['name', 'parameters', 'superclass', 'condition', 'pattern'],
  },
  names: {
    identifiers: ['identifier', 'constant', 'instance_variable', 'global_variable'],
    binders: {
      module: 'name',
      class: 'name',
      method: 'name',
      singleton_method: 'name',
      assignment: 'left',
      operator_assignment: 'left',
      method_parameters: '*',
      block_parameters: '*',
      lambda_parameters: '*',
      optional_parameter: 'name',
      splat_parameter: 'name',
      hash_splat_parameter: 'name',
      keyword_parameter: 'name',
      block_parameter: 'name',
      for: 'pattern',
      exception_variable: '*',
      call: '',
      element_reference: '',
    },
    transparent: ['body_statement', 'rescue'],
    assignments: ['assignment', 'operator_assignment'],
    functions: ['method', 'singleton_method', 'lambda', 'block', 'do_block'],
  },
};
