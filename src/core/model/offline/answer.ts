import type { ModelRequest } from '../request.ts';
import { answerChanges } from './changesAnswer.ts';
import { answerExplain } from './explainAnswer.ts';
import { answerFiles, answerFind } from './findAnswer.ts';
import { answerHelp } from './helpAnswer.ts';
import { type Intent, parseIntent } from './intents.ts';
import { footer, shortFooter } from './markdown.ts';
import { answerNeedsModel } from './needsModelAnswer.ts';
import { answerOutline } from './outlineAnswer.ts';
import { answerOverview } from './overviewAnswer.ts';
import { answerProblems } from './problemsAnswer.ts';
import { type Question, readQuestion } from './question.ts';
import { nextStep, type Script, type Step } from './script.ts';
import { codeAttachments } from './subjects.ts';
import { answerTopic } from './topicAnswer.ts';
import { answerWhere } from './whereAnswer.ts';

/** What to do next for this request: call tools, or give the answer. Pure. */
export function answerRequest(request: ModelRequest): Step {
  const question = readQuestion(request);
  const intent = parseIntent(question.text);
  const step = nextStep(scriptFor(intent, question), question.rounds);
  const end = hasSaidHow(request) && !wantsModel.has(intent.kind) ? shortFooter : footer;
  if (step.kind === 'answer') {
    return { kind: 'answer', markdown: `${step.markdown.trim()}\n\n${end}` };
  }
  const missing = step.calls.find((call) => !question.tools.has(call.name));
  return missing
    ? {
        kind: 'answer',
        markdown: `That takes the tool ${missing.name}, which is not available.\n\n${end}`,
      }
    : step;
}

/** Whoever asks for these wants to know how to connect a model, also for the second time. */
const wantsModel: ReadonlySet<Intent['kind']> = new Set(['help', 'needsModel']);

/** Whether an earlier answer ends with how to connect a model: once in a thread is enough. */
function hasSaidHow({ messages }: ModelRequest): boolean {
  return messages.some(
    ({ role, content }) =>
      role === 'assistant' &&
      content.some((block) => block.type === 'text' && block.text.endsWith(footer)),
  );
}

function scriptFor(intent: Intent, question: Question): Script {
  switch (intent.kind) {
    case 'help':
      return question.attachments.length > 0 ? answerExplain({}, question) : answerHelp();
    case 'where':
      return answerWhere(intent, question);
    case 'outline':
      return answerOutline(intent, question);
    case 'explain':
      return answerExplain(intent, question);
    case 'problems':
      return answerProblems(intent, question);
    case 'changes':
      return answerChanges(question);
    case 'find':
      return answerFind(intent);
    case 'files':
      return answerFiles(intent);
    case 'overview':
      return answerOverview();
    case 'needsModel':
      return answerNeedsModel(intent, question);
    case 'topic':
      return codeAttachments(question).length > 0
        ? answerExplain({}, question)
        : answerTopic(intent.words);
  }
}
