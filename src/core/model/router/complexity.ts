import type { ModelRequest } from '../request.ts';

/** How demanding a request is, from 0 to 1, and what of it says so. */
export interface Complexity {
  readonly score: number;
  /** Completes "because of …"; empty where nothing stands out. */
  readonly because: string;
}

/** Below this a request is simple, and the fastest model does it as well as any. */
export const simpleBelow = 0.25;

/** From this on a request is complex, and worth the most capable model. */
export const complexFrom = 0.75;

/**
 * Where an ordinary request of each surface begins. Ordinary questions must not be moved out of the
 * middle by one weak sign, so a chat begins there: two weights below or one and a half above.
 */
const usual: Readonly<Record<ModelRequest['surface'], number>> = {
  chat: 0.45,
  codeAction: 0.4,
  bulk: 0.35,
  summary: 0.2,
  commitMessage: 0.15,
  completion: 0.1,
};

/** How far each sign moves the score: two strong ones make a request of the chat complex. */
const weights = {
  demandingWords: 0.2,
  simpleWords: -0.25,
  short: -0.05,
  long: 0.1,
  perFile: 0.03,
  manyFilesAtMost: 0.2,
  noTools: -0.05,
  largePrompt: 0.1,
  correction: 0.15,
  correctionsAtMost: 0.3,
  moreEffort: 0.2,
  lessEffort: -0.2,
} as const;

/** A line of chat; a description of a task takes more than the other. Characters. */
const shortText = 80;
const longText = 600;

/** From here on an answer has to take in more than a few files. Tokens. */
const largePromptTokens = 60_000;

/** A file or two in play is usual. */
const usualFiles = 2;

/**
 * Words of work that is hard to get right. Each group counts once: a request that names several
 * kinds of difficulty is a demanding one. English alone: other languages go by the other signs.
 */
const demanding: readonly { readonly words: RegExp; readonly name: string }[] = [
  { words: /\b(re)?(architect|design)\w*|\bfrom scratch\b/i, name: 'design' },
  {
    words: /\brefactor\w*|\brestructur\w*|\brewrit\w*|\bmigrat\w*|\bport (it|this|the)\b/i,
    name: 'restructuring',
  },
  {
    words:
      /\b(race condition|deadlock|concurren\w+|thread.?saf\w+|memory leak|flaky|intermittent)\b/i,
    name: 'a hard kind of bug',
  },
  {
    words: /\b(root cause|why does\b.*\b(fail|crash|hang)|debug\w*|investigat\w*)\b/i,
    name: 'finding a cause',
  },
  { words: /\b(secur\w+|vulnerab\w+|audit|exploit\w*|crypto\w*)\b/i, name: 'security' },
  {
    words: /\b(optimi[sz]\w+|performance|algorithm\w*|complexity|prove|proof)\b/i,
    name: 'performance or proof',
  },
  {
    words:
      /\b(across|throughout|all) (the |our |my )?(\w+ )?(files|modules|packages|code ?base|project|repo\w*)\b|\bend[- ]to[- ]end\b/i,
    name: 'a change in many places',
  },
];

/** What asks for little: a greeting, a lookup, a small mechanical change. */
const simple =
  /^\s*(hi|hello|hey|thanks|thank you|ok|okay|yes|no|great|go on|continue)\b[\s.!,]*$|\b(typo|spelling|rename|reformat|format this|sort (the )?imports|translate|what does .{1,40} (mean|stand for)|one.?liner|add a comment|commit message)\b/i;

/** The user says that the answer before was not right. */
const correction =
  /^\s*(no\b[,. ]|wrong\b)|\b(that'?s (wrong|not (right|what))|still (fails|failing|broken|does(n'?t| not))|does(n'?t| not) work|try again|you (missed|forgot|broke))\b/i;

type Rated = Pick<ModelRequest, 'surface' | 'tools' | 'routing' | 'effort'>;

/** Made once: it takes longer than all the rest. */
const listFormat = new Intl.ListFormat('en');

/** Rates a request by what is known of it. Pure. */
export function estimateComplexity(request: Rated, promptTokens: number): Complexity {
  const sum = new ComplexitySum(usual[request.surface]);
  const text = request.routing?.userText ?? '';
  rateWords(sum, text);
  rateSize(sum, request, promptTokens);
  const corrections = (request.routing?.corrections ?? 0) + (correction.test(text) ? 1 : 0);
  if (corrections > 0) {
    const weight = Math.min(corrections * weights.correction, weights.correctionsAtMost);
    sum.add(weight, 'an answer that did not hold');
  }
  rateEffort(sum, request.effort);
  return sum.result();
}

function rateWords(sum: ComplexitySum, text: string): void {
  const found = demanding.filter(({ words }) => words.test(text));
  for (const { name } of found) {
    sum.add(weights.demandingWords, name);
  }
  if (found.length === 0 && text.length < longText && simple.test(text)) {
    sum.add(weights.simpleWords, 'a small request');
  }
}

function rateSize(sum: ComplexitySum, request: Rated, promptTokens: number): void {
  const { userText, filesInPlay = 0 } = request.routing ?? {};
  if (userText !== undefined && userText.length <= shortText) {
    sum.add(weights.short, 'a short question');
  } else if (userText !== undefined && userText.length >= longText) {
    sum.add(weights.long, 'a long description');
  }
  if (filesInPlay > usualFiles) {
    const weight = (filesInPlay - usualFiles) * weights.perFile;
    sum.add(Math.min(weight, weights.manyFilesAtMost), `${filesInPlay} files in play`);
  }
  if (request.tools.length === 0 && request.surface === 'chat') {
    sum.add(weights.noTools, 'nothing to do but answer');
  }
  if (promptTokens >= largePromptTokens) {
    sum.add(weights.largePrompt, 'a large prompt');
  }
}

function rateEffort(sum: ComplexitySum, effort: ModelRequest['effort']): void {
  if (effort === 'xhigh' || effort === 'max') {
    sum.add(weights.moreEffort, 'the effort you set');
  } else if (effort === 'low') {
    sum.add(weights.lessEffort, 'the effort you set');
  }
}

class ComplexitySum {
  private score: number;
  private readonly up: string[] = [];
  private readonly down: string[] = [];

  constructor(start: number) {
    this.score = start;
  }

  add(weight: number, reason: string): void {
    this.score += weight;
    (weight > 0 ? this.up : this.down).push(reason);
  }

  /** The reasons that fit the outcome: what speaks for a hard request does not explain an easy one. */
  result(): Complexity {
    const score = Math.min(1, Math.max(0, this.score));
    const reasons = score < simpleBelow ? this.down : score >= complexFrom ? this.up : [];
    return { score, because: reasons.length === 0 ? '' : listFormat.format(new Set(reasons)) };
  }
}
