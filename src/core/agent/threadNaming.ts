import type { BatchKind } from '../model/schedule/batchQueue.ts';
import type { MessageRecord } from '../store/records.ts';

/** How a thread began: enough to name it. */
export interface ThreadBeginning {
  readonly workspace: string;
  readonly question: string;
  readonly answer: string;
}

/** What says what a thread is about stands at its beginning, characters. */
const questionCharacters = 1_000;
const answerCharacters = 500;
/** What fits into the panel's title at its usual width. */
const maxNameCharacters = 60;

/** Threads are named together, as many as begin at about the same time. */
export const nameThreads: BatchKind<ThreadBeginning, string> = {
  name: 'nameThreads',
  instructions:
    'You name conversations between a programmer and a coding assistant. Each item is the beginning of one. Name it in three to six words, in the language of the question: what it is about, as a title in a list, without quotation marks or a full stop at its end.',
  answerSchema: { type: 'string' },
  outputTokensPerItem: 30,
  toText: ({ question, answer }) => `Question: ${question}\n\nAnswer: ${answer}`,
  read: readName,
  groupOf: ({ workspace }) => workspace,
};

/** The beginning of a thread that has had its first turn; undefined for any other. */
export function beginningOf(
  workspace: string,
  records: readonly MessageRecord[],
): ThreadBeginning | undefined {
  const [first] = records;
  if (first?.role !== 'user' || records.some((record) => record.turnId !== first.turnId)) {
    return undefined;
  }
  const texts = records.flatMap((record) =>
    record.role === 'assistant'
      ? record.content.flatMap((block) => (block.type === 'text' ? block.text : []))
      : [],
  );
  return {
    workspace,
    question: first.text.slice(0, questionCharacters),
    answer: texts.join('\n').slice(0, answerCharacters),
  };
}

function readName(value: unknown): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const name = value
    .replace(/\s+/g, ' ')
    .replace(/^["'“„«\s]+|["'”“».\s]+$/g, '')
    .trim();
  return name === '' || [...name].length > maxNameCharacters ? undefined : name;
}
