import { bash } from './bash.ts';
import { c, cpp } from './c.ts';
import { csharp } from './csharp.ts';
import { css } from './css.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import type { LanguageRules } from './languageRules.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { rust } from './rust.ts';
import { javascript, tsx, typescript } from './typescript.ts';

/** The rules for a language of VS Code; undefined where there is no grammar for it. */
export function languageRules(languageId: string): LanguageRules | undefined {
  return byLanguageId.get(languageId);
}

const byLanguageId: ReadonlyMap<string, LanguageRules> = new Map([
  ['typescript', typescript],
  ['typescriptreact', tsx],
  ['javascript', javascript],
  ['javascriptreact', javascript],
  ['python', python],
  ['go', go],
  ['rust', rust],
  ['java', java],
  ['c', c],
  ['cpp', cpp],
  ['cuda-cpp', cpp],
  ['csharp', csharp],
  ['ruby', ruby],
  ['php', php],
  ['shellscript', bash],
  ['css', css],
]);
