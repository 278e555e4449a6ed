import { systemClock } from '../../base/clock.ts';
import { serveRequests } from '../worker/workerServer.ts';
import { languageRules } from './languages/languageTable.ts';
import type { WorkerStructure } from './structureSyntax.ts';
import { errorsIn } from './treeErrors.ts';
import { TreeSitter } from './treeSitter.ts';
import { TreeSyntax } from './treeSyntax.ts';

/** The thread that parses long texts. It is ended from outside, with all its memory. */

export interface ParseRequest {
  /** The same for all requests of a window. */
  readonly grammarsDir: string;
  readonly languageId: string;
  readonly text: string;
  /** One number; other than zero it says that nobody wants the answer any more. */
  readonly cancelled: SharedArrayBuffer;
}

/** Some ten million lines, ms: whatever takes longer is not worth the heat. */
const deadlineMs = 20_000;

let loaded: Promise<TreeSitter> | undefined;

/** Loaded once, unless that fails. */
function treeSitter(grammarsDir: string): Promise<TreeSitter> {
  loaded ??= TreeSitter.load(grammarsDir).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** Undefined where the request was cancelled or took too long. */
async function readStructure({
  grammarsDir,
  languageId,
  text,
  cancelled,
}: ParseRequest): Promise<WorkerStructure | undefined> {
  const rules = languageRules(languageId);
  if (!rules) {
    return undefined;
  }
  const grammar = await (await treeSitter(grammarsDir)).grammar(rules.grammar);
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

serveRequests(readStructure);
