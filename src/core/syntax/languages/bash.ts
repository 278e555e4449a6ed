import type { LanguageRules } from './languageRules.ts';

export const bash: LanguageRules = {
  grammar: 'bash',
  outline: `
    (comment) @comment
    (function_definition name: (_) @name body: (_) @body) @function
    (program (variable_assignment name: (_) @name value: (_)? @body) @variable)
    (program (declaration_command (variable_assignment name: (_) @name value: (_)? @body)) @variable)
  `,
  imports: `
    ((command name: (command_name) @command) @import (#any-of? @command "source" "."))
  `,
  comments: ['comment'],
  strings: ['string', 'raw_string', 'ansi_c_string', 'translated_string', 'heredoc_body'],
  interpolations: ['command_substitution', 'expansion', 'simple_expansion', 'arithmetic_expansion'],
  blocks: {
    kind: 'tokens',
    openers: ['{', 'do', 'then', 'else'],
    closers: ['}', 'done', 'fi', 'elif_clause', 'else_clause'],
  },
  names: {
    identifiers: ['variable_name', 'word'],
    binders: {
      function_definition: 'name',
      variable_assignment: 'name',
      for_statement: 'variable',
    },
    transparent: ['declaration_command'],
    assignments: ['variable_assignment'],
    functions: ['function_definition'],
  },
};
