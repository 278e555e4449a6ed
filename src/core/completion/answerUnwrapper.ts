/** What stands around the code in an answer. */
export interface UnwrappedAnswer {
  /** The code so far. What may yet turn out to be a tag is not part of it. */
  readonly body: string;
  /** Whether the code has ended, whatever still comes. */
  readonly isClosed: boolean;
  /** Whether the code came in the tags it was asked for, so that none of it is taken back. */
  readonly isSure: boolean;
}

export interface UnwrapOptions {
  /** Whether nothing more comes. */
  readonly isEnded: boolean;
  /** Whether fences may be code, as in Markdown. */
  readonly hasFences: boolean;
}

const openTag = '<fill>';
const closeTag = '</fill>';

/** What models for filling in write at an answer's end where the server lets it through. */
const endMarks: readonly string[] = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|fim_pad|>',
  '<|file_sep|>',
  '<|file_separator|>',
  '<file_sep>',
  '<fim_middle>',
  '<EOT>',
  '</s>',
];

/** Takes an answer out of its tags and fences. Carriage returns are dropped. */
export function unwrapAnswer(raw: string, options: UnwrapOptions): UnwrappedAnswer {
  const text = raw.replaceAll('\r', '');
  const opened = text.indexOf(openTag);
  if (opened < 0 && !options.isEnded && openTag.startsWith(text.trimStart())) {
    return nothingYet;
  }
  const inner = opened < 0 ? text : text.slice(opened + openTag.length);
  if (!options.isEnded && mayYetBeFence(inner, options)) {
    return nothingYet;
  }
  const code = withoutFence(inner, options);
  const isFenced = code !== inner;
  const isSure = opened >= 0 || isFenced;
  return { ...untilEnd(code, isFenced, options), isSure };
}

const nothingYet: UnwrappedAnswer = { body: '', isClosed: false, isSure: false };

/** Whether what has come may still be the line that opens a fence. */
function mayYetBeFence(text: string, { hasFences }: UnwrapOptions): boolean {
  const start = text.trimStart();
  const isFence = start.startsWith('```') && !start.includes('\n');
  return !hasFences && (isFence || '```'.startsWith(start));
}

/** Without the line that opens a fence before the code. */
function withoutFence(text: string, { hasFences }: UnwrapOptions): string {
  return hasFences ? text : text.replace(/^\s*```[\w+#.-]*[ \t]*\n/, '');
}

function untilEnd(
  text: string,
  isFenced: boolean,
  { isEnded }: UnwrapOptions,
): Omit<UnwrappedAnswer, 'isSure'> {
  const fence = isEnded ? /(^|\n)[ \t]*```[ \t]*(\n|$)/ : /(^|\n)[ \t]*```[ \t]*\n/;
  const ends = [closeTag, ...endMarks].map((mark) => text.indexOf(mark));
  const found = [...ends, isFenced ? text.search(fence) : -1].filter((at) => at >= 0);
  if (found.length > 0) {
    return { body: withoutMarks(text.slice(0, Math.min(...found))), isClosed: true };
  }
  const held = isEnded ? cutTag(text) : pendingTag(text, isFenced);
  return { body: withoutMarks(text.slice(0, text.length - held)), isClosed: false };
}

/** Models may repeat the mark of the place that they were asked about. */
function withoutMarks(text: string): string {
  return text.replaceAll('<cursor/>', '');
}

/** How much of an answer's end is the beginning of the closing tag. `</` alone may be code. */
function cutTag(text: string): number {
  return /<\/f(i(l(l)?)?)?$/.exec(text)?.[0].length ?? 0;
}

/** How much of the end may yet become something that is no code. */
function pendingTag(text: string, isFenced: boolean): number {
  const lengths = [closeTag, '<cursor/>', ...endMarks].map((mark) => overlapAtEnd(text, mark));
  const fence = isFenced ? (/(?<=^|\n)[ \t]*`{1,3}[ \t]*$/.exec(text)?.[0].length ?? 0) : 0;
  return Math.max(fence, ...lengths);
}

/** How many characters at the end of `text` are the beginning of `mark`. */
function overlapAtEnd(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length -= 1) {
    if (mark.startsWith(text.slice(-length))) {
      return length;
    }
  }
  return 0;
}
