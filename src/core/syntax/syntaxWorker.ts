import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { lazy } from '../../base/lazy.ts';
import { languageRules } from './languages/languageTable.ts';
import type { WorkerStructure } from './structureSyntax.ts';
import { errorsIn } from './treeErrors.ts';
import { TreeSitter } from './treeSitter.ts';
import { TreeSyntax } from './treeSyntax.ts';
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from './workerProtocol.ts';

/** The thread that parses long texts. It is ended from outside, with all its memory. */

/** Some ten million lines, ms: whatever takes longer is not worth the heat. */
const deadlineMs = 20_000;

const { grammarsDir }: WorkerSetup = workerData;
const treeSitter = lazy(() => TreeSitter.load(grammarsDir));

parentPort?.on('message', (request: WorkerRequest) => {
  answer(request).then(
    (message) => parentPort?.postMessage(message),
    (error: unknown) => {
      const { message } = toError(error);
      parentPort?.postMessage({ id: request.id, structure: undefined, failure: message });
    },
  );
});

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  const { id } = request;
  const rules = languageRules(request.languageId);
  return { id, structure: rules && (await readStructure(request, rules)) };
}

async function readStructure(
  { languageId, text, cancelled }: WorkerRequest,
  rules: NonNullable<ReturnType<typeof languageRules>>,
): Promise<WorkerStructure | undefined> {
  const grammar = await (await treeSitter()).grammar(rules.grammar);
  const flag = new Int32Array(cancelled);
  const endMs = systemClock.now() + deadlineMs;
  const parser = grammar.createParser();
  try {
    const tree = parser.parse(
      text,
      undefined,
      () => Atomics.load(flag, 0) !== 0 || systemClock.now() >= endMs,
    );
    try {
      return (
        tree && {
          ...new TreeSyntax({ languageId, text, rules, grammar, tree, memo: {} }).structure(),
          errors: errorsIn(tree.root),
        }
      );
    } finally {
      tree?.dispose();
    }
  } finally {
    parser.dispose();
  }
}
