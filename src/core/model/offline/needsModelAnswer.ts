import { count, link } from './markdown.ts';
import { symbolList } from './outlineAnswer.ts';
import { problemList } from './problemsAnswer.ts';
import type { Question } from './question.ts';
import { callTool, type Script } from './script.ts';
import { type Part, placeOf, readSubject, type Subject } from './subjects.ts';
import { outlineOf } from './symbols.ts';
import { readFileList, readProblems } from './toolOutput.ts';
import type { FileReference } from './wording.ts';

/** Says that a task takes a model, and gives what helps with it and can be had without. */
export function* answerNeedsModel(
  intent: { readonly task: string; readonly file?: FileReference },
  question: Question,
): Script {
  const head = `${intent.task} takes a language model, so I left everything as it is.`;
  const place = placeOf(intent.file, question);
  const subject = place && (yield* readSubject(place, question));
  if (!subject || 'missing' in subject) {
    const problems = yield* callTool('get_diagnostics', {});
    const found = problems.isError ? [] : readProblems(problems.text);
    return found.length === 0
      ? head
      : `${head} The editor reports ${count(found.length, 'problem')}:\n\n${problemList(found)}`;
  }
  const { path, lines } = subject;
  const diagnostics = yield* callTool('get_diagnostics', { paths: [path] });
  const problems = diagnostics.isError ? [] : readProblems(diagnostics.text);
  const symbols = outlineOf(lines, path);
  const tests = intent.task === 'Writing tests' ? yield* describeTests(subject) : '';
  const parts = [
    `${head} What I can tell of ${link(path)}:`,
    problems.length === 0
      ? 'The editor reports no problems in it.'
      : `The editor reports ${count(problems.length, 'problem')}:\n\n${problemList(problems)}`,
    symbols.length > 0 ? `It defines:\n\n${symbolList(symbols, path)}` : '',
    tests,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function* describeTests({ path }: Subject): Part<string> {
  const stem = (path.split('/').at(-1) ?? path).replace(/\.\w+$/, '').replace(/[^\w.-]/g, '?');
  const glob = `{*${stem}*.test.*,*${stem}*.spec.*,test_*${stem}*,*${stem}*_test.*,*${stem}*Test.*}`;
  const answer = yield* callTool('list_files', { glob });
  const { paths } = readFileList(answer.isError ? '' : answer.text);
  return paths.length === 0
    ? 'I found no test of it by its name.'
    : `Tests that seem to be of it:\n\n${paths.map((one) => `- ${link(one)}`).join('\n')}`;
}
