/** What a replay of typing needs: what is typed, what a model answers, and whether that is right. */
import { readTypedHunks, type TypedHunk } from './editingSessions.ts';

/** Right as far as it says anything, right for some words, or always wrong. */
export const replayModels = ['right', 'partly', 'never'] as const;
export type ReplayModel = (typeof replayModels)[number];

/** A completion is a few lines long. */
const answerLines = 4;

/** Hunks of the repository's history with at least so many characters. */
export function takeHunks(characters: number): readonly TypedHunk[] {
  const taken: TypedHunk[] = [];
  let found = 0;
  for (const hunk of readTypedHunks()) {
    taken.push(hunk);
    found += hunk.typed.length;
    if (found > characters) {
      break;
    }
  }
  return taken;
}

/** Whether the next few characters are right, which is what the eye falls on. */
export function isRight(offer: string, rest: string): boolean {
  const seen = offer.slice(0, 4);
  return rest.startsWith(seen) || seen.startsWith(rest);
}

/** @param rest What is still to be typed. */
export function answerOf(model: ReplayModel, rest: string, random: () => number): string {
  const whole = rest.split('\n').slice(0, answerLines).join('\n');
  switch (model) {
    case 'right':
      return whole;
    case 'partly':
      // A few words, then something else.
      return `${whole.slice(0, 10 + Math.floor(random() * 30))}§wrong`;
    case 'never':
      return '§wrong';
  }
}
