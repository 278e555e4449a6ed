import { braces, type LanguageRules } from './languageRules.ts';

export const css: LanguageRules = {
  grammar: 'css',
  outline: `
    (comment) @comment
    (rule_set (selectors) @name (block) @body) @class
    (media_statement "@media" . (_) @name (block) @body) @module
    (keyframes_statement (keyframes_name) @name (_) @body) @class
    ((declaration (property_name) @name) @property (#match? @name "^--"))
  `,
  imports: '(import_statement) @import',
  comments: ['comment'],
  strings: ['string_value'],
  interpolations: [],
  blocks: braces,
  names: {
    identifiers: ['property_name'],
    binders: { declaration: '*', plain_value: '', call_expression: '', integer_value: '' },
    transparent: [],
    assignments: [],
    functions: [],
  },
};
