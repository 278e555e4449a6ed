/** A prompt that a folder brings along, as a file. */
export interface PromptFile {
  /** From the front matter; absent where it names none. */
  readonly name?: string;
  readonly description: string;
  /** The prompt itself, without front matter. */
  readonly body: string;
}

/** A list of commands shows one line of each. */
const maxDescriptionCharacters = 100;

/** Where text given after the command goes. */
const argumentsMark = '$ARGUMENTS';

/** Reads a prompt file: markdown with optional front matter, of which `name` and `description` count. */
export function parsePromptFile(text: string): PromptFile {
  const unified = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const match = /^---\n(.*?\n)?---[ \t]*(?:\n|$)/s.exec(unified);
  const body = unified.slice(match?.[0].length ?? 0).trim();
  const fields = frontMatter(match?.[1] ?? '');
  const name = fields.get('name');
  const description = fields.get('description') ?? firstLine(body);
  return {
    ...(name ? { name } : {}),
    description: description.slice(0, maxDescriptionCharacters),
    body,
  };
}

/** The prompt with what was typed after the command: in its place, or else at the end. */
export function fillPrompt(body: string, args: string): string {
  if (body.includes(argumentsMark)) {
    return body.split(argumentsMark).join(args);
  }
  return args === '' ? body : `${body}\n\n${args}`;
}

/** Top-level `key: value` lines. The rest of YAML is not needed for a name and a description. */
function frontMatter(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line);
    const value = unquote(match?.[2]?.trim() ?? '');
    if (match?.[1] && value !== '') {
      fields.set(match[1], value);
    }
  }
  return fields;
}

function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match?.[2] ?? value;
}

function firstLine(body: string): string {
  const line = body.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.replace(/^#+\s*/, '').trim();
}
