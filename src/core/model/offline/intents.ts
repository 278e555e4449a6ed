import { parseWhere, type WhereIntent } from './whereIntent.ts';
import { type FileReference, fileIn, nameIn, topicWords, withoutPoliteness } from './wording.ts';

/** What a question asks for. Where neither file nor name is given, it is about what is attached. */
export type Intent =
  | WhereIntent
  | { readonly kind: 'help' }
  | { readonly kind: 'changes' }
  | { readonly kind: 'overview' }
  | { readonly kind: 'outline'; readonly file?: FileReference; readonly name?: string }
  | { readonly kind: 'explain'; readonly file?: FileReference; readonly name?: string }
  | { readonly kind: 'problems'; readonly file?: FileReference }
  | FindIntent
  | { readonly kind: 'files'; readonly glob?: string; readonly folder?: string }
  /** Something that only a model can do. */
  | { readonly kind: 'needsModel'; readonly task: string; readonly file?: FileReference }
  /** Anything else: the words say what it is about. */
  | { readonly kind: 'topic'; readonly words: readonly string[] };

export interface FindIntent {
  readonly kind: 'find';
  readonly text: string;
  readonly isRegex: boolean;
  readonly glob?: string;
  readonly folder?: string;
}

/** Longer texts are pasted logs or documents; what is asked stands at their beginning. */
const longestQuestion = 2_000;

/** What the text asks for. Understands plain phrasings in English, and never fails. */
export function parseIntent(text: string): Intent {
  const start = text.trim().slice(0, longestQuestion);
  const command = /^\/([\w-]+)\s*(.*)$/s.exec(start);
  if (command) {
    return parseCommand(command[1] ?? '', command[2] ?? '');
  }
  const expanded = parseExpanded(start);
  if (expanded) {
    return expanded;
  }
  const question = withoutPoliteness(start);
  return (
    parseHelp(question) ??
    parseWhere(question) ??
    parseTask(question) ??
    parseFind(question) ??
    parseRest(question)
  );
}

function parseCommand(name: string, rest: string): Intent {
  const about = aboutOf(rest);
  switch (name.toLowerCase()) {
    case 'explain':
      return { kind: 'explain', ...about };
    case 'fix':
      return { kind: 'needsModel', task: 'Fixing code', ...fileOf(rest) };
    case 'tests':
    case 'test':
      return { kind: 'needsModel', task: 'Writing tests', ...fileOf(rest) };
    case 'doc':
      return { kind: 'needsModel', task: 'Writing documentation', ...fileOf(rest) };
    case 'review':
      return { kind: 'needsModel', task: 'A review', ...fileOf(rest) };
    case 'help':
      return { kind: 'help' };
    default:
      return rest.trim() === '' ? { kind: 'help' } : parseIntent(rest);
  }
}

const expandedCommands: readonly (readonly [start: RegExp, command: string])[] = [
  [/^Explain this code\b/, 'explain'],
  [/^Find out what is wrong with this code\b/, 'fix'],
  [/^Write tests for this code\b/, 'tests'],
  [/^Write documentation comments for this code\b/, 'doc'],
  [/^Review this code\b/, 'review'],
];
/** How a slash command says what is open in the editor. */
const editorPlace =
  /otherwise the (?:selection|file) in the editor: (.+?)(?:, lines (\d+)(?:-(\d+))?)?\.\s*$/;

/** A slash command arrives as the prompt that stands for it. */
function parseExpanded(text: string): Intent | undefined {
  const command = expandedCommands.find(([start]) => start.test(text))?.[1];
  if (command === undefined) {
    return undefined;
  }
  const [instructions = '', ...rest] = text.split('\n\n');
  const intent = parseCommand(command, instructions);
  const hasSubject = ('file' in intent && intent.file) || ('name' in intent && intent.name);
  const [, path, start, end] = editorPlace.exec(rest.join('\n\n')) ?? [];
  if (hasSubject || path === undefined || !('kind' in intent)) {
    return intent;
  }
  const startLine = start === undefined ? {} : { startLine: Number(start) };
  const endLine = start === undefined ? {} : { endLine: Number(end ?? start) };
  const file = { path, ...startLine, ...endLine };
  return intent.kind === 'explain' || intent.kind === 'needsModel' ? { ...intent, file } : intent;
}

function parseHelp(question: string): Intent | undefined {
  const isHelp =
    /^(?:help|what can (?:you|i) (?:do|ask|answer)\b.*|how do (?:you work|i use you|i use this)|who are you|what are you|hi|hello|hey|yo|thanks?\b.*|thank you.*|test|ping|commands?)?$/i;
  return isHelp.test(question) ? { kind: 'help' } : undefined;
}

const tasks: readonly (readonly [start: RegExp, task: string])[] = [
  [/^(?:fix|solve|repair|debug)\b/i, 'Fixing code'],
  [/^(?:write|add|create|generate|make)\b.*\btests?\b/i, 'Writing tests'],
  [
    /^(?:write|add|create|generate|make)\b.*\b(?:docs?|documentation|comments?)\b/i,
    'Writing documentation',
  ],
  [/^review\b/i, 'A review'],
  [
    /^(?:write|create|add|implement|refactor|rename|generate|change|update|translate|convert|optimi[sz]e|delete|remove|move|make|build|document|simplify|improve|migrate|replace|commit|design|draft|rewrite|extract|inline|format|complete|finish|apply|undo|run|execute|install|upgrade|port)\b/i,
    'Changing or running things',
  ],
];

/** A task may also stand behind what it is about, as in "Why does it fail? Fix it". */
function parseTask(question: string): Intent | undefined {
  const sentences = question.split(/[.?!]\s+/).map(withoutPoliteness);
  const task = tasks.find(([start]) => sentences.some((one) => start.test(one)))?.[1];
  return task === undefined ? undefined : { kind: 'needsModel', task, ...fileOf(question) };
}

const findVerb =
  /^(?:(?:find|search(?: for)?|(?:grep|rg)(?: -\w+)*(?: for)?|look (?:up|for)|locate)(?: me)?|list(?= (?:all )?(?:todos?|fixmes?)\b)|show(?= (?:all )?(?:todos?|fixmes?)\b))\s+(.+)$/i;

function parseFind(question: string): Intent | undefined {
  const [, folderFirst, wanted] = /^search (?:in )?(\S+) for (.+)$/i.exec(question) ?? [];
  const rest = wanted === undefined ? findVerb.exec(question)?.[1] : `${wanted} in ${folderFirst}`;
  if (rest === undefined) {
    return /^(?:todos?|fixmes?)$/i.test(question) ? findTodos() : undefined;
  }
  if (
    /^(?:out )?(?:what(?:'s|’s| is)|any|the|all|some)?\s*(?:a )?(?:wrong|bugs?|problems?|errors?|warnings?|issues?|mistakes?)\b/i.test(
      rest,
    )
  ) {
    return { kind: 'problems', ...fileOf(rest) };
  }
  const fileName =
    /^(?:(?:all|the|a|every) )?(?:(\S+) )?files?(?: (?:named|called|matching))?(?: (.+))?$/i.exec(
      rest,
    );
  if (fileName) {
    return filesIntent(rest);
  }
  if (/^(?:all )?(?:the )?(?:todos?|fixmes?)(?: comments?)?$/i.test(rest)) {
    return /^todo$/i.test(rest) ? { kind: 'find', text: 'TODO', isRegex: false } : findTodos();
  }
  return fileIn(rest)?.path === rest ? filesIntent(rest) : findIntent(rest);
}

function findTodos(): FindIntent {
  return { kind: 'find', text: '\\b(TODO|FIXME)\\b', isRegex: true };
}

function findIntent(rest: string): FindIntent {
  const [, before, place] =
    / in (?:the )?(?:(?:file|folder|directory) )?`?([\w./*{},\\@+-]+)`?$/i.exec(rest)
      ? (/^(.*) in (?:the )?(?:(?:file|folder|directory) )?`?([\w./*{},\\@+-]+)`?$/i.exec(rest) ??
        [])
      : [];
  const isPlace = place !== undefined && /[./*\\]|^(?:src|lib|test|tests|app|docs)$/.test(place);
  const wanted = (isPlace ? (before ?? rest) : rest)
    .replace(
      / in (?:the|this|my|our) (?:workspace|project|code|codebase|code base|repo|repository|files)$/i,
      '',
    )
    .replace(
      /^(?:(?:all|every|any) )?(?:(?:the )?(?:occurrences|mentions|lines|places|text|string|word)s? (?:of |with |that (?:mention|contain)s? )?)?/i,
      '',
    );
  const [, source] = /^\/(.+)\/[a-z]*$/.exec(wanted) ?? [];
  const text = source ?? wanted.replace(/^(["'`“])(.+)["'`”]$/, '$2');
  const where = isPlace ? placeOf(place) : {};
  return { kind: 'find', text, isRegex: source !== undefined, ...where };
}

/** A folder, or files by their names. */
function placeOf(place: string): { readonly glob?: string; readonly folder?: string } {
  if (place.includes('*')) {
    return { glob: place };
  }
  return fileIn(place) ? { glob: place.includes('/') ? `**/${place}` : place } : { folder: place };
}

const changes =
  /\bwhat(?:'s|’s| has| have| did)?(?: (?:i|we|been))* chang(?:e|ed)\b|\b(?:my|recent|local|uncommitted|unstaged|staged|pending|current|latest|the|show|list|any) (?:changes|edits|modifications)\b|^changes$|^git (?:status|diff|log)\b|\bwhat (?:did i|have i|has been) (?:modif|edit)|^(?:the )?diff$|\banything changed\b|\bmodified files\b/i;
const outline =
  /\boutline\b|\bstructure of\b|\b(?:symbols|functions|classes|methods|exports|headings) (?:in|of|from|does)\b|^(?:list|show|which|what)\b.*\b(?:functions|classes|methods|symbols|exports)\b|^what(?:'s|’s| is) (?:in|inside) (?!the (?:project|workspace|repo))/i;
const explain =
  /^(?:explain|describe|summari[sz]e|walk me through|what(?:'s|’s|s)?|how|why|who|about|understand|understanding)\b/i;
const problems =
  /\bproblems?\b|\berrors?\b|\bwarnings?\b|\bdiagnostics\b|\bissues?\b|\bwrong\b|\bbroken\b|\bthe matter\b|\bbugs?\b|\bsquiggl|\blint\b|^why .*\b(?:fail|fails|failing|red|crash|crashes)\b/i;
const overview =
  /^(?:(?:give |an? |the )*overview|readme|getting started|summari[sz]e (?:the |this )?(?:project|repo|codebase|workspace))\b|\b(?:what|explain|describe|about|overview|understand)\b.*\b(?:workspace|project|repo|repository|codebase|code base|app|application|package)\b|^how (?:do|can|should) (?:i|we) (?:run|start|build|test|install|use)\b|^what is this$/i;
const files =
  /^(?:ls|dir|tree)\b|\b(?:list|show|what|which|all|how many|any)\b.*\b(?:files|folders|directories|folder structure)\b|^(?:the )?(?:files|folder structure|file tree)\b/i;

function parseRest(question: string): Intent {
  if (/^where\b/i.test(question)) {
    return { kind: 'topic', words: topicWords(question) };
  }
  const [, user] =
    /^(?:who|what|which)\b.* (?:uses?|imports?|calls?|references?) (.+)$/i.exec(question) ?? [];
  const used = user === undefined ? undefined : fileIn(user);
  if (used) {
    return { kind: 'find', text: stemOf(used.path), isRegex: false };
  }
  if (changes.test(question)) {
    return { kind: 'changes' };
  }
  if (outline.test(question)) {
    return { kind: 'outline', ...aboutOf(ownerOf(question) ?? question) };
  }
  if (overview.test(question) && !fileIn(question)) {
    return { kind: 'overview' };
  }
  if (files.test(question)) {
    return filesIntent(question);
  }
  const isExplain = /^(?:explain|describe|summari[sz]e|walk me through)\b/i.test(question);
  if (problems.test(question) && !isExplain) {
    return { kind: 'problems', ...fileOf(question) };
  }
  const about = aboutOf(question);
  const speaksOfThis = /\b(?:this|that|it|here|selection|selected|above)\b/i.test(question);
  if (isExplain || 'file' in about || 'name' in about || (explain.test(question) && speaksOfThis)) {
    return { kind: 'explain', ...about };
  }
  return { kind: 'topic', words: topicWords(question) };
}

function filesIntent(question: string): Intent {
  const glob = /[\w./{},-]*\*[\w./*{},-]*/.exec(question)?.[0];
  if (glob !== undefined) {
    return { kind: 'files', glob };
  }
  const file = fileIn(question);
  if (file) {
    return { kind: 'files', glob: `*${file.path.split(/[\\/]/).at(-1)}*` };
  }
  const named = /\b(?:named|called|matching) ["'`“]?([\w.-]+)/i.exec(question)?.[1];
  if (named !== undefined) {
    return { kind: 'files', glob: `*${named}*` };
  }
  const folder = /\b(?:in|of|under|inside) (?:the )?(?:folder )?["'`]?([\w./\\@-]+)/i.exec(
    question,
  )?.[1];
  const isPlace =
    folder !== undefined && !/^(?:the|this|here|my|workspace|project|repo|there)$/i.test(folder);
  return isPlace ? { kind: 'files', folder } : { kind: 'files' };
}

/** A file's name without folder and ending: how most languages import it. */
function stemOf(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).replace(/\.\w+$/, '');
}

/** The class in "methods of Cart" and "what methods does Cart have", as something that is a name. */
function ownerOf(question: string): string | undefined {
  const owner =
    /\b(?:methods|members|functions|fields|properties) (?:of|in|does) (?:the )?(?:class )?([A-Z]\w*)\b(?!\.\w)/.exec(
      question,
    )?.[1];
  return owner === undefined ? undefined : `\`${owner}\``;
}

function fileOf(text: string): { readonly file?: FileReference } {
  const file = fileIn(text);
  return file ? { file } : {};
}

function aboutOf(text: string): { readonly file?: FileReference; readonly name?: string } {
  const file = fileIn(text);
  if (file) {
    return { file };
  }
  const name = nameIn(text);
  return name === undefined ? {} : { name };
}
