/**
 * The answers in a model's text, by the id of their item. Empty where the text is not what was asked
 * for. Of an answer that was cut off, what is whole is taken.
 */
export function readBatchAnswer(text: string): ReadonlyMap<string, unknown> {
  const answers = new Map<string, unknown>();
  for (const entry of entriesOf(text)) {
    if (isEntry(entry) && !answers.has(entry.id)) {
      answers.set(entry.id, entry.answer);
    }
  }
  return answers;
}

function entriesOf(text: string): readonly unknown[] {
  // Servers without structured output like to put a fence or a sentence around it.
  const start = text.indexOf('{');
  const whole = parse(text.slice(start, text.lastIndexOf('}') + 1)) ?? parse(mended(text, start));
  const list = typeof whole === 'object' && whole !== null && 'answers' in whole && whole.answers;
  return Array.isArray(list) ? list : [];
}

/** Of a text that was cut off in the middle of its list: all up to the last whole entry. */
function mended(text: string, start: number): string {
  return `${text.slice(start, text.lastIndexOf('},') + 1)}]}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller takes its items for unanswered.
    return undefined;
  }
}

function isEntry(value: unknown): value is { readonly id: string; readonly answer: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'answer' in value
  );
}
