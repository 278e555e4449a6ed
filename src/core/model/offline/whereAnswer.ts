import {
  findOccurrences,
  hitList,
  lastPart,
  type Occurrences,
  rankedDefinitions,
  searchNames,
} from './hits.ts';
import { code, codeBlock, count, link } from './markdown.ts';
import type { Question } from './question.ts';
import type { Script } from './script.ts';
import { nameOf, type Part } from './subjects.ts';
import type { WhereIntent } from './whereIntent.ts';

/** More definitions than this share a name only by chance. */
const maxDefinitions = 5;
/** About a screen of the panel. */
const maxUses = 20;
const maxSimilar = 5;

/** Where a name is defined and used. */
export function* answerWhere(intent: WhereIntent, question: Question): Script {
  const name = intent.name ?? nameOf(question);
  if (name === undefined) {
    return 'Which name do you mean? Put it into the question, for example: where is `parsePrice` used?';
  }
  const found = yield* findOccurrences(name);
  if (found.definitions.length + found.imports.length + found.uses.length === 0) {
    return yield* answerUnknown(name);
  }
  return describeOccurrences(name, found, intent.aspect);
}

/** What was found of a name, as far as it was asked for. */
export function describeOccurrences(
  name: string,
  found: Occurrences,
  aspect: WhereIntent['aspect'],
): string {
  const definitions = describeDefinitions(name, found);
  const uses = describeUses(name, found);
  switch (aspect) {
    case 'definition':
      return found.definitions.length > 0 ? definitions : `${definitions}\n\n${uses}`;
    case 'uses':
      return `${uses}\n\n${definitions}`;
    case 'both':
      return `${definitions}\n\n${uses}`;
  }
}

function describeDefinitions(name: string, found: Occurrences): string {
  const [first, ...others] = rankedDefinitions(found, name);
  if (!first) {
    return `I see no definition of ${code(name)} in the workspace: it may come from a library, or be written in a way that I do not know.`;
  }
  const more = others.slice(0, maxDefinitions - 1);
  const list =
    more.length > 0 ? `\n\nAlso defined in:\n${hitList(others, maxDefinitions - 1)}` : '';
  const quote = codeBlock([first.text], first.path);
  return `${code(name)} is defined in ${link(first.path, first.number)}:\n\n${quote}${list}`;
}

function describeUses(name: string, { uses, imports, total }: Occurrences): string {
  const imported = new Set(imports.map((hit) => hit.path)).size;
  const importing = imported > 0 ? ` It is imported in ${count(imported, 'file')}.` : '';
  if (uses.length === 0) {
    return `I found no use of ${code(name)}.${importing}`;
  }
  const files = new Set(uses.map((hit) => hit.path)).size;
  const number =
    total === undefined
      ? `${code(name)} occurs in ${count(uses.length, 'other line')} of ${count(files, 'file')}.`
      : `${code(name)} occurs ${total} times; these are the first.`;
  return `${number}${importing}\n\n${hitList(uses, maxUses)}`;
}

function* answerUnknown(name: string): Part<string> {
  const { hits } = yield* searchNames([lastPart(name)], false);
  const pattern = new RegExp(`[\\w$]*${lastPart(name).replace(/[^\w]/g, '\\$&')}[\\w$]*`, 'gi');
  const similar = new Set(hits.flatMap((hit) => hit.text.match(pattern) ?? []));
  similar.delete(name);
  if (similar.size === 0) {
    return `I found nothing named ${code(name)} in the workspace.`;
  }
  const names = [...similar].slice(0, maxSimilar).map(code).join(', ');
  return `I found nothing named ${code(name)}. In other spelling there is ${names}:\n\n${hitList(hits, maxUses)}`;
}
