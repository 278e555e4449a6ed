/**
 * The JSON object that an answer consists of; undefined where there is none. Servers without
 * structured output like to put a fence or a sentence around it.
 */
export function readJson(answer: string): Readonly<Record<string, unknown>> | undefined {
  const text = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON: the caller tells the user.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
