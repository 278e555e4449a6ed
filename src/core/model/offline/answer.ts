import type { ModelRequest } from '../request.ts';
import { answerChanges } from './changesAnswer.ts';
import { answerExplain } from './explainAnswer.ts';
import { answerFiles, answerFind } from './findAnswer.ts';
import { answerHelp } from './helpAnswer.ts';
import { parseIntent } from './intents.ts';
import { footer } from './markdown.ts';
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
  const step = nextStep(scriptFor(question), question.rounds);
  if (step.kind === 'answer') {
    return { kind: 'answer', markdown: `${step.markdown.trim()}\n\n${footer}` };
  }
  const missing = step.calls.find((call) => !question.tools.has(call.name));
  return missing
    ? {
        kind: 'answer',
        markdown: `That takes the tool ${missing.name}, which is not available.\n\n${footer}`,
      }
    : step;
}

function scriptFor(question: Question): Script {
  const intent = parseIntent(question.text);
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
