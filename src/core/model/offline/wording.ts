import { endingOf, isSourceFile } from './languages.ts';

/** A file named in a question. */
export interface FileReference {
  readonly path: string;
  /** One-based. */
  readonly startLine?: number;
  readonly endLine?: number;
}

const otherEndings = new Set(
  `md mdx json jsonc yml yaml toml css scss less html htm xml sh bash zsh sql txt csv env lock gradle
  swift dart lua proto graphql ipynb cfg ini conf svg bat ps1 tf ex exs hs ml clj r jl zig`.split(
    /\s+/,
  ),
);
/** Products that look like files. */
const products =
  /^(?:node|next|vue|nuxt|express|three|d3|react|angular|backbone|socket|asp)\.(?:js|io|net)$/i;
/** As in "e.g.". */
const abbreviation = /^\w\.\w$/;
const filePattern =
  /(?<![\w/\\.@-])((?:[A-Za-z]:|~)?[\w@+.[\]-]*(?:[\\/][\w@+.[\]-]+)*[\\/.][\w-]+)(?::(\d+)(?:-(\d+))?)?/g;
/** Between quotes a name may hold spaces. */
const quotedFile = /([`"“])([^`"“”\n]+?)(?::(\d+)(?:-(\d+))?)?[`"”]/;
const bareFile = /(?<![\w/.])(?:Makefile|Dockerfile|Gemfile|Rakefile|Jenkinsfile|Procfile)\b/;

/** The first file that a text names, with its lines where it names them. */
export function fileIn(text: string): FileReference | undefined {
  const [, , quoted = '', first, last] = quotedFile.exec(text) ?? [];
  if (isFileName(quoted)) {
    return toReference(quoted, first, last);
  }
  for (const [, path = '', start, end] of text.matchAll(filePattern)) {
    if (isFileName(path)) {
      return toReference(path, start, end);
    }
  }
  const bare = bareFile.exec(text)?.[0];
  return bare === undefined ? undefined : { path: bare };
}

function toReference(path: string, start?: string, end = start): FileReference {
  return start === undefined ? { path } : { path, startLine: Number(start), endLine: Number(end) };
}

function isFileName(path: string): boolean {
  const isKnown = isSourceFile(path) || otherEndings.has(endingOf(path));
  const hasName = /[\w\])]\.\w+$/.test(path) || /(?:^|[\\/])\.\w+$/.test(path);
  return isKnown && hasName && !products.test(path);
}

const codeWord =
  /(?<![\w$.])(?:[A-Za-z_$][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)*\(\)|[a-z$][\w$]*[A-Z][\w$]*|[A-Z]+[a-z\d]+[A-Z][\w$]*|[A-Za-z\d]+_[\w$]+|[A-Za-z_$][\w$]*(?:\.|::|#|->)[A-Za-z_$][\w$]*)/;
const identifier = /^[#$A-Za-z_][\w$]*(?:(?:\.|::|#|->)[A-Za-z_$][\w$]*)*[?!]?(?:\(.*\))?$/;

/** What a text puts between quotes or backticks, else the first word that looks like a name in code. */
export function nameIn(text: string): string | undefined {
  const quoted = /`([^`]+)`|"([^"]+)"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)/.exec(text);
  const inner = quoted
    ?.slice(1)
    .find((group) => group !== undefined)
    ?.trim();
  if (inner !== undefined) {
    return toName(inner);
  }
  const withoutFiles = text.replace(filePattern, (path) =>
    isFileName(path) || products.test(path) || abbreviation.test(path) ? ' ' : path,
  );
  const word = codeWord.exec(withoutFiles)?.[0];
  return word === undefined ? undefined : toName(word);
}

/** A word as a name in code, brackets of a call taken off; undefined where it can't be one. */
export function toName(word: string): string | undefined {
  return identifier.test(word) ? word.replace(/\(.*\)$/, '').replace(/^#/, '') : undefined;
}

const politeness =
  /^(?:(?:hey|hi|hello|ok|okay|so|well|now|and|then|also|please|pls|slipstream)[\s,!.:]+|(?:can|could|would|will) you (?:please )?|(?:i(?:'d|’d| would) like|i want|i need) (?:you )?to (?:know |see )?|(?:do you know|tell me|show me|give me|let me know|help me)(?: to)?\s+|find(?: out)? (?=(?:where|who|what)\b))+(?=\S)/i;

/** The question itself: one line, without politeness and closing marks. */
export function withoutPoliteness(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const plain = line.replace(politeness, '');
  return plain.replace(/(?:,? (?:please|pls|thanks|thank you))?[\s?!.]*$/i, '');
}

const commonWords = new Set(
  `about after all also and any are because been before being between but can change code could did
  does doing done each every explain first last next file files find for from function get gets give has have here how
  into its just know like look looks main make more most much need new not now off one only our
  out over please project see should show some tell than that the their them then there these they this
  those through use used uses using very want was way were what when where which while who why will with
  work works would wrong you your happen happens odd anything something everything module class method
  works line lines part parts implemented handled handle done made`.split(/\s+/),
);
/** More make a search that finds everything. */
const maxTopicWords = 5;

/** The words of a question that say what it is about. */
export function topicWords(text: string): readonly string[] {
  const words = text.match(/[A-Za-z_$][\w$]{2,}/g) ?? [];
  const telling = words.filter((word) => !commonWords.has(word.toLowerCase()));
  return [...new Set(telling.map(singular))].slice(0, maxTopicWords);
}

function singular(word: string): string {
  return /[^s]s$/.test(word) && word.length > 4 ? word.slice(0, -1) : word;
}
