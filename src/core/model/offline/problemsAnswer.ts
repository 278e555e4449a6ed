import { count, escapeText, link } from './markdown.ts';
import type { Question } from './question.ts';
import { callTool, type Script } from './script.ts';
import { findPath, firstLine, placeOf } from './subjects.ts';
import { type FileProblem, readProblems } from './toolOutput.ts';
import type { FileReference } from './wording.ts';

/** About two screens of the panel. */
const maxProblems = 40;

/** The problems that the editor shows, of a file or of all. */
export function* answerProblems(
  intent: { readonly file?: FileReference },
  question: Question,
): Script {
  const isAboutThis = /\b(?:this|here|it|selection)\b/i.test(question.text);
  const hasAttachment = question.attachments.some((one) => one.path !== undefined);
  const place =
    intent.file || isAboutThis || hasAttachment ? placeOf(intent.file, question) : undefined;
  if (!place) {
    const all = yield* callTool('get_diagnostics', {});
    return all.isError ? firstLine(all.text) : describe(readProblems(all.text), undefined);
  }
  const path = intent.file ? yield* findPath(place.path) : place.path;
  if (path === undefined) {
    return `I found no file ${escapeText(place.path)} in the workspace.`;
  }
  const answer = yield* callTool('get_diagnostics', { paths: [path] });
  return answer.isError ? firstLine(answer.text) : describe(readProblems(answer.text), path);
}

function describe(problems: readonly FileProblem[], path: string | undefined): string {
  const where = path === undefined ? 'the workspace' : link(path);
  if (problems.length === 0) {
    return `The editor reports no problems in ${where}. It checks open files, and some languages check the whole project; it does not run tests.`;
  }
  return `The editor reports ${count(problems.length, 'problem')} in ${where}:\n\n${problemList(problems)}`;
}

/** Problems as a list with a link for each. */
export function problemList(problems: readonly FileProblem[]): string {
  const rows = problems.slice(0, maxProblems).map(({ path, line, severity, message }) => {
    return `- ${link(path, line)} ${severity}: ${escapeText(message)}`;
  });
  const rest = problems.length - rows.length;
  return rest > 0 ? `${rows.join('\n')}\n- … and ${rest} more` : rows.join('\n');
}
