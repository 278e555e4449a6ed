import { fileIn, nameIn, toName } from './wording.ts';

export interface WhereIntent {
  readonly kind: 'where';
  /** Absent for "this" and "it". */
  readonly name?: string;
  readonly aspect: 'definition' | 'uses' | 'both';
}

const use =
  /\b(?:used?|uses|using|usages?|called|calls?|callers?|referenced?|references|imported?|imports|invoked)\b/i;
const definition =
  /\b(?:defin\w+|declar\w+|implement\w*|come from|comes from|live|lives|located|written)\b/i;
const pronoun = /\b(?:this|that|it|these|they)\b/i;
/** Words around a name that say nothing about which name it is. */
const filler =
  /^(?:'s|’s|s|is|are|was|were|does|do|did|can|we|i|you|they|he|she|the|an?|all|get|gets|got|being|been|function|method|class|variable|type|interface|constant|const|symbol|component|struct|enum|module|and|or|in|of|to|from|for|be|code|codebase|project|workspace|file|files|repo|now|here|everywhere|anywhere|find|see|actually|really|exactly|currently|first|imports?|defined?|declared?|implemented|implementation|definition|declaration|used?|uses|using|usages?|called|call|calls|callers?|referenced?|references|imported|invoked|come|comes|live|lives|located|written|this|that|it|these)$/i;

const patterns: readonly RegExp[] = [
  /^where(?:abouts)?\b(.+)$/i,
  /^(?:who|what|which)(?: (?:function|functions|code|file|files|class|classes|method|methods|else))? (?:calls?|uses?|references?|invokes?|imports?|extends|implements)\b(.+)$/i,
  /^(?:(?:find|list|show|get|see) )?(?:all )?(?:the )?(?:definitions?|declarations?|implementations?|usages?|uses|references|callers?) (?:of|to|for) (.+)$/i,
  /^(?:go ?to|jump to|open)(?: the)?(?: definition| declaration)(?: of)? (.+)$/i,
  /^(?:goto|jump to) (.+)$/i,
  /^(?:how|when) (?:is|are|do (?:we|i|you|they)) (.+?) (?:used|called|invoked|use|call)$/i,
  /^(?:does|do) (?:anything|anyone|anybody|something|we) (?:use|call|reference|import)s? (.+)$/i,
  /^(?:is|are) (.+?) (?:used|called|referenced)(?: anywhere| at all)?$/i,
  /^(\S+) (?:usages?|uses|references|callers|definition|declaration)$/i,
  /^(?:find|show|list) (\S+) (?:usages?|references|callers|definitions?)$/i,
];

/** A question for where something is defined or used; undefined where it is none. */
export function parseWhere(question: string): WhereIntent | undefined {
  for (const pattern of patterns) {
    const rest = pattern.exec(question)?.[1];
    // A file is found by its name in the text, not by a definition.
    if (rest !== undefined && !fileIn(rest)) {
      return intentOf(question, rest);
    }
  }
  return undefined;
}

function intentOf(question: string, rest: string): WhereIntent | undefined {
  const aspect = aspectOf(question.replace(/`[^`]*`/g, ' '));
  const name = nameIn(rest) ?? onlyWord(rest);
  if (name !== undefined) {
    return { kind: 'where', name, aspect };
  }
  const isAboutThis = pronoun.test(rest) && tellingWords(rest).length === 0;
  return isAboutThis ? { kind: 'where', aspect } : undefined;
}

function aspectOf(question: string): WhereIntent['aspect'] {
  const hasUse = use.test(question) || /^(?:who|what) .*\b(?:extends|implements)\b/i.test(question);
  const hasDefinition = definition.test(question) || /\b(?:goto|jump to)\b/i.test(question);
  if (hasUse === hasDefinition) {
    return 'both';
  }
  return hasUse ? 'uses' : 'definition';
}

/** The one word that is left when the grammar is taken away. */
function onlyWord(rest: string): string | undefined {
  const [word, ...others] = tellingWords(rest);
  return word !== undefined && others.length === 0 ? toName(word) : undefined;
}

function tellingWords(rest: string): readonly string[] {
  return rest
    .split(/[\s,;?!]+/)
    .map((word) => word.replace(/(?:'s|’s)$/, ''))
    .filter((word) => word !== '' && !filler.test(word));
}
