import type { Clock } from '../../base/clock.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import type { TextBlock } from '../model/message.ts';
import type { FillInTheMiddle } from '../model/request.ts';
import type { Syntax } from '../syntax/syntax.ts';
import type {
  CompletionPlace,
  CompletionPrompt,
  CompletionPrompts,
  CompletionTrigger,
  PromptOptions,
} from './completion.ts';
import type { CompletionSurroundings, NearbyText } from './completionSurroundings.ts';
import { FileAccess } from './fileAccess.ts';
import { multilineBySyntax, multilineByText } from './multilineRule.ts';
import { type LineContext, PromptContext } from './promptContext.ts';
import { completionInstructions } from './promptInstructions.ts';
import type { SnippetIndex } from './snippetIndex.ts';

/** Raised whenever the prompt or what is made of its answer changes. */
export const completionPromptVersion = 2;
/** More open files than these, by their last use, are not looked at. */
const maxNearby = 20;
/** A line of code, with some room. */
const lineTokens = 64;
/** Some fifteen lines: what can be read at a glance, and written in about a second. */
const blockTokens = 200;
/** A larger file is generated more often than written, characters. */
const maxFileCharacters = 1_000_000;
/**
 * The same for the line with the cursor, which is sent whole: this much has about as many tokens as all
 * else in a prompt.
 */
const maxLineCharacters = 10_000;

export interface PromptsOptions {
  readonly surroundings: CompletionSurroundings;
  readonly syntax: Syntax;
  readonly clock: Clock;
  /** Made here unless given, as by a test that counts its work. */
  readonly snippets?: SnippetIndex;
}

/** The caller owns the answer. */
export function createCompletionPrompts(options: PromptsOptions): CompletionPrompts & Disposable {
  return new FilePrompts(options);
}

/** The line that is being written, and what surrounds it. */
interface KnownLine {
  /** Names the place and everything else that the context was made of. */
  readonly key: string;
  readonly before: string;
  readonly after: string;
  readonly context: LineContext;
}

/** What was found out about a place. */
interface Look {
  readonly context: LineContext;
  readonly isMultiline: boolean;
}

class FilePrompts implements CompletionPrompts, Disposable {
  private readonly resources = new ResourceManager('completionPrompts');
  private readonly surroundings: CompletionSurroundings;
  private readonly syntax: Syntax;
  private readonly access: FileAccess;
  private readonly context: PromptContext;
  private line: KnownLine | undefined;
  /** Settles when nothing is prepared any more; never rejects. */
  private preparing: Promise<void> | undefined;

  constructor({ surroundings, syntax, clock, snippets }: PromptsOptions) {
    this.surroundings = surroundings;
    this.syntax = syntax;
    this.access = this.resources.add(new FileAccess({ surroundings, clock }));
    this.context = new PromptContext(syntax, surroundings, snippets);
  }

  dispose(): void {
    this.line = undefined;
    this.resources.dispose();
  }

  async build(
    place: CompletionPlace,
    options: PromptOptions,
    signal: AbortSignal,
  ): Promise<CompletionPrompt | undefined> {
    await this.preparing;
    const found = await this.look(place, options.trigger, signal);
    return found && this.toPrompt(place, options, found);
  }

  async prepare(place: CompletionPlace, signal: AbortSignal): Promise<void> {
    const looking = this.look(place, 'automatic', signal);
    this.preparing = looking.then(
      () => undefined,
      // Who asked for it is told; a prompt that waits for it looks for itself.
      () => undefined,
    );
    await looking;
  }

  /** All that takes a look at files or their structure. Undefined where nothing may be asked. */
  private async look(
    place: CompletionPlace,
    trigger: CompletionTrigger,
    signal: AbortSignal,
  ): Promise<Look | undefined> {
    const isTooLarge = place.text.length > maxFileCharacters || hasLongLine(place);
    if (isTooLarge || !(await this.access.mayRead(place.path))) {
      return undefined;
    }
    throwIfCancelled(signal);
    const context = await this.contextOf(place, signal);
    throwIfCancelled(signal);
    return { context, isMultiline: await this.isMultiline(place, trigger, signal) };
  }

  private async isMultiline(
    place: CompletionPlace,
    trigger: CompletionTrigger,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (multilineByText(place, trigger) === 'no') {
      return false;
    }
    const { documentId, languageId, text } = place;
    return this.syntax.read(
      { documentId, languageId, text },
      (syntax) => multilineBySyntax(place, trigger, syntax),
      { priority: 'keystroke', signal },
    );
  }

  /** The context of the line, made once for all keys that are typed in it. */
  private async contextOf(place: CompletionPlace, signal: AbortSignal): Promise<LineContext> {
    const { documentId, text, offset } = place;
    const nearby = await this.readable(place);
    const others = nearby.filter((one) => one.documentId !== documentId);
    const key = [documentId, ...others.map((one) => `${one.documentId} ${one.version}`)].join('\n');
    const { line } = this;
    if (line?.key === key && isSameLine(line, text, offset)) {
      return line.context;
    }
    const allowed = new Set([place.path, ...nearby.map(({ path }) => path)]);
    const gathered = await this.context.gather(place, nearby, (path) => allowed.has(path), signal);
    const lineStart = lineStartAt(text, offset);
    const lineStop = text.indexOf('\n', offset);
    this.line = {
      key,
      before: text.slice(0, lineStart),
      after: lineStop < 0 ? '' : text.slice(lineStop),
      context: gathered,
    };
    return gathered;
  }

  /** The documents that may be read, with the one that is written in as it is now. */
  private async readable(place: CompletionPlace): Promise<readonly NearbyText[]> {
    const texts = this.surroundings.nearbyTexts().slice(0, maxNearby);
    const allowed = await Promise.all(texts.map(({ path }) => this.access.mayRead(path)));
    return texts
      .filter((_, index) => allowed[index])
      .map((one) =>
        one.documentId === place.documentId ? { ...one, text: () => place.text } : one,
      );
  }

  private toPrompt(
    place: CompletionPlace,
    { model, alternative }: PromptOptions,
    { context, isMultiline }: Look,
  ): CompletionPrompt {
    const { text, offset } = place;
    const prefix = text.slice(context.start, offset);
    const suffix = text.slice(offset, text.length - context.endFromEnd);
    return {
      isMultiline,
      version: completionPromptVersion,
      request: {
        surface: 'completion',
        priority: 'interactive',
        model,
        system: completionInstructions,
        tools: [],
        messages: [
          {
            role: 'user',
            content: [
              this.contextBlock(place, context),
              cursorBlock(context, { prefix, suffix, isMultiline, alternative }),
            ],
          },
        ],
        maxOutputTokens: isMultiline ? blockTokens : lineTokens,
        thinking: 'least',
        effort: 'low',
        stopSequences: ['</fill>'],
        caching: { operation: 'complete', version: completionPromptVersion },
        fill: this.toFill(context, { prefix, suffix, isMultiline, alternative }),
      },
    };
  }

  /** What changes least comes first, so that the provider finds it in its cache. */
  private contextBlock(
    { path, languageId }: CompletionPlace,
    { outline, imports, signatures, snippets }: LineContext,
  ): TextBlock {
    const shown = this.surroundings.displayPath(path);
    const related = snippets.map(
      (snippet) => `# ${this.surroundings.displayPath(snippet.path)}\n${snippet.text}`,
    );
    const parts = [
      `<file>${shown} (${languageId})</file>`,
      tagged('outline', outline),
      tagged('imports', imports),
      tagged('signatures', signatures),
      tagged('related', related.join('\n\n')),
    ];
    return { type: 'text', text: parts.filter(Boolean).join('\n') };
  }

  private toFill({ snippets, signatures, imports }: LineContext, around: Around): FillInTheMiddle {
    const { prefix, suffix, isMultiline, alternative } = around;
    const extra = [...snippets]
      .sort((left, right) => left.similarity - right.similarity)
      .map(({ path, text }) => ({ path: this.surroundings.displayPath(path), text }));
    const known = [imports, signatures].filter(Boolean).join('\n');
    return {
      prefix,
      suffix,
      extra: known === '' ? extra : [...extra, { path: 'signatures', text: known }],
      stopSequences: isMultiline ? [] : ['\n'],
      alternative,
      opening: '<fill>',
    };
  }
}

interface Around {
  readonly prefix: string;
  readonly suffix: string;
  readonly isMultiline: boolean;
  readonly alternative: number;
}

/** The prefix comes late: while a line is written, only the very end of the prompt changes. */
function cursorBlock({ edits, problems }: LineContext, around: Around): TextBlock {
  const { prefix, suffix, isMultiline, alternative } = around;
  const parts = [
    tagged('edits', edits),
    tagged('problems', problems),
    `<suffix>${suffix}</suffix>`,
    `<prefix>${prefix}</prefix>`,
    `<lines>${isMultiline ? 'block' : 'one'}</lines>`,
    alternative > 0 ? `<alternative>${alternative}</alternative>` : '',
  ];
  return { type: 'text', text: parts.filter(Boolean).join('\n') };
}

function hasLongLine({ text, offset }: CompletionPlace): boolean {
  return lineStopAt(text, offset) - lineStartAt(text, offset) > maxLineCharacters;
}

function tagged(tag: string, text: string): string {
  return text === '' ? '' : `<${tag}>\n${text}\n</${tag}>`;
}

/** Whether only the line with the cursor has changed. */
function isSameLine({ before, after }: KnownLine, text: string, offset: number): boolean {
  const isWithin = before.length <= offset && offset <= text.length - after.length;
  const line = text.slice(before.length, text.length - after.length);
  return isWithin && !line.includes('\n') && text.startsWith(before) && text.endsWith(after);
}
