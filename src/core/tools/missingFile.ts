import { readdir } from 'node:fs/promises';
import nodePath from 'node:path';
import { similarityTo } from '../edit/nearest.ts';
import { listFiles, openFileTree } from './fileTree.ts';
import { HidingRules } from './ignoreRules.ts';
import { displayPath } from './paths.ts';
import type { Target } from './target.ts';
import type { ToolContext } from './tool.ts';

/** Three are enough to see which was meant. */
const maxSuggestions = 3;
/** A name less alike than this was not mistyped. */
const minSimilarity = 0.6;
/** Files looked at for a name: listing these takes about as long as a request's overhead. */
const maxFilesSeen = 50_000;

/** Says that there is no such file, and which of the workspace has a name like it. */
export async function explainMissing(
  target: Target,
  context: ToolContext,
  signal: AbortSignal,
): Promise<string> {
  const roots = context.workspace.roots();
  const suggestions = await suggest(target, context, signal);
  const hint =
    suggestions.length === 0
      ? 'list_files shows what there is.'
      : `Did you mean ${suggestions.map((path) => displayPath(path, roots)).join(' or ')}?`;
  return `There is no file ${target.display}. ${hint}`;
}

async function suggest(
  target: Target,
  context: ToolContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const score = scorer(nodePath.basename(target.path));
  const scored = new Map<string, number>();
  // Outside the workspace not even names are told without leave.
  if (target.root) {
    await addSiblings(target.path, await HidingRules.read(target.root.path), score, scored);
  }
  await addFromWorkspace(context, score, scored, signal);
  return [...scored]
    .filter(([, similarity]) => similarity >= minSimilarity)
    .sort(([leftPath, left], [rightPath, right]) => right - left || (leftPath < rightPath ? -1 : 1))
    .slice(0, maxSuggestions)
    .map(([path]) => path);
}

type Scorer = (name: string) => number;

/** 2 for the same name, 1.5 but for upper and lower case, 1 but for the extension, else how alike. */
function scorer(wanted: string): Scorer {
  const lower = wanted.toLowerCase();
  const stem = stemOf(lower);
  const similarity = similarityTo(lower);
  return (name) => {
    if (name === wanted) {
      return 2;
    }
    const other = name.toLowerCase();
    if (other === lower) {
      return 1.5;
    }
    return stemOf(other) === stem ? 1 : similarity(other);
  };
}

function stemOf(name: string): string {
  const dot = name.indexOf('.', 1);
  return dot < 0 ? name : name.slice(0, dot);
}

async function addSiblings(
  missing: string,
  hiding: HidingRules,
  score: Scorer,
  scored: Map<string, number>,
): Promise<void> {
  const folder = nodePath.dirname(missing);
  try {
    for (const name of await readdir(folder)) {
      const path = nodePath.join(folder, name);
      if (!hiding.hides(path, false)) {
        scored.set(path, score(name));
      }
    }
  } catch {
    // Without its folder a file has no siblings.
  }
}

async function addFromWorkspace(
  context: ToolContext,
  score: Scorer,
  scored: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  let seen = 0;
  for (const root of context.workspace.roots()) {
    const tree = await openFileTree(root.path, root.path, await context.workspace.ripgrepPath());
    for await (const file of listFiles(tree, signal)) {
      const similarity = score(file.slice(file.lastIndexOf('/') + 1));
      if (similarity >= minSimilarity) {
        scored.set(nodePath.join(root.path, file), similarity);
      }
      seen += 1;
      if (seen >= maxFilesSeen) {
        return;
      }
    }
  }
}
