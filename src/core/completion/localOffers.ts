import type { LocalPredictor } from './completion.ts';
import type { Offers } from './completionQuery.ts';
import type { CompletionSpot } from './completionSpot.ts';
import type { Rejections } from './rejections.ts';

/** What this machine guesses by itself; empty where it is not sure, or was told that it is wrong. */
export function localOffers(
  predictor: Pick<LocalPredictor, 'predict'>,
  rejections: Pick<Rejections, 'has'>,
  target: CompletionSpot,
): Offers {
  const guess = predictor.predict(target.place);
  if (!guess || rejections.has(target, guess.text)) {
    return [];
  }
  // Typed along, the same guess is the same completion.
  const id = `local\n${target.document.id}\n${target.line}\n${target.before}${guess.text}`;
  return [{ id, text: guess.text, closers: '', origin: { id, source: 'local' } }];
}
