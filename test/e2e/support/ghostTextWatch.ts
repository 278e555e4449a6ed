/** Watches in the page what ghost text is drawn, frame by frame, and the keys between. */
import type { Page } from 'playwright-core';
import { isRight } from '../../support/typedReplay.ts';

/** A key of the editor, or what is drawn from now on: empty where nothing is. */
export interface Drawn {
  readonly atMs: number;
  readonly key?: string;
  readonly ghost?: string;
}

/** What was wrong with what was drawn. */
export interface GhostJudgement {
  /** Keys after which something was drawn. */
  readonly shown: number;
  /** Those of them where it began with what was then typed. */
  readonly shownRight: number;
  /** Gone and back again within a key, though it was right all along. */
  readonly flickers: readonly string[];
  /** Shown where it had been shown before, though something else was typed there. */
  readonly wrongTwice: readonly string[];
}

/** Begins to watch. */
export async function watchGhostText(page: Page): Promise<void> {
  await page.evaluate(() => {
    const drawn: Drawn[] = [];
    Object.assign(globalThis, { drawnGhostText: drawn });
    let last = '';
    addEventListener(
      'keydown',
      (event) => {
        const isEditor = event.target instanceof Element && event.target.closest('.monaco-editor');
        const isText = event.key.length === 1 || ['Enter', 'Backspace'].includes(event.key);
        if (isEditor && isText && !event.ctrlKey && !event.metaKey) {
          drawn.push({ atMs: event.timeStamp, key: event.key });
        }
      },
      { capture: true },
    );
    const look = (): void => {
      const spans = document.querySelectorAll('.view-lines [class*="ghost-text-decoration"]');
      const ghost = [...spans].map(({ textContent }) => textContent ?? '').join('');
      if (ghost !== last) {
        last = ghost;
        drawn.push({ atMs: performance.now(), ghost: ghost.replaceAll('\u00a0', ' ') });
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

export async function readDrawn(page: Page): Promise<readonly Drawn[]> {
  return page.evaluate(
    () => (globalThis as { drawnGhostText?: readonly Drawn[] }).drawnGhostText ?? [],
  );
}

/** Forgets what was drawn so far. */
export async function forgetDrawn(page: Page): Promise<void> {
  await page.evaluate(() => {
    (globalThis as { drawnGhostText?: Drawn[] }).drawnGhostText?.splice(0);
  });
}

/**
 * @param rests What was still to be typed after each of the keys, in their order; undefined after one
 * that is taken back.
 */
export function judgeGhostText(
  drawn: readonly Drawn[],
  rests: readonly (string | undefined)[],
): GhostJudgement {
  const judged = stepsOf(drawn).flatMap(({ before, ghosts }, index) => {
    const rest = rests[index];
    const last = ghosts.at(-1) ?? before;
    return rest === undefined ? [] : [{ index, rest, last, seen: [before, ...ghosts] }];
  });
  const shown = judged.filter(({ last }) => last !== '');
  const right = shown.filter(({ last, rest }) => isRight(last, rest));
  const wrong = shown.filter(({ last, rest }) => !isRight(last, rest));
  return {
    shown: shown.length,
    shownRight: right.length,
    flickers: judged.flatMap(({ seen, rest }) =>
      seen.filter((ghost, at) => isFlicker(ghost, seen.slice(at + 1), rest)),
    ),
    wrongTwice: wrong
      .filter(({ index, rest, last }) =>
        wrong.some(
          (earlier) =>
            earlier.index < index &&
            earlier.rest === rest &&
            earlier.last === last &&
            // Back where it was after a key that was taken back, nothing has been decided.
            !rests.slice(earlier.index, index).includes(undefined),
        ),
      )
      .map(({ last }) => last),
  };
}

/** Each key with what is drawn from it to the next, and what was drawn before it. */
function stepsOf(drawn: readonly Drawn[]) {
  const steps: { before: string; ghosts: string[] }[] = [];
  let current = '';
  for (const { key, ghost } of drawn) {
    if (key !== undefined) {
      // What is typed along is drawn no more.
      steps.push({ before: current.startsWith(key) ? current.slice(1) : '', ghosts: [] });
    } else if (ghost !== undefined) {
      current = ghost;
      steps.at(-1)?.ghosts.push(ghost);
    }
  }
  return steps;
}

/** Whether what was drawn and right goes away and comes back. */
function isFlicker(ghost: string, later: readonly string[], rest: string): boolean {
  const gone = later.indexOf('');
  return ghost !== '' && isRight(ghost, rest) && gone >= 0 && later.slice(gone).includes(ghost);
}
