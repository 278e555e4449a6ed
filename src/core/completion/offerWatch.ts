import type { CompletionFate } from './completionDebounce.ts';
import type { CompletionOffer } from './completionOffer.ts';
import type { CompletionSpot } from './completionSpot.ts';

/** A completion that was offered, and how far the text has come along it. */
export interface WatchedOffer {
  readonly offer: CompletionOffer;
  readonly documentId: string;
  readonly languageId: string;
  /** The line it began on, from 0, with the text before it and all that it says. */
  readonly line: number;
  readonly before: string;
  readonly text: string;
  /** How much of it stands in the document, UTF-16 units. */
  reached: number;
  /** How much of that was accepted in pieces rather than typed. */
  acceptedCharacters: number;
}

/** Where one completion has gone. */
export interface JudgedOffer {
  readonly watched: WatchedOffer;
  readonly fate: CompletionFate;
}

/** Who typed so much of a completion would have had use of it: a word. */
const followedCharacters = 4;

/**
 * Follows the completion that is shown: whether the text becomes what it says, by keys or by pieces
 * that are accepted, or something else. VS Code tells an extension of none of that but a full accept.
 */
export class OfferWatch {
  private readonly onJudged: (judged: JudgedOffer) => void;
  private watched: WatchedOffer | undefined;

  constructor(onJudged: (judged: JudgedOffer) => void) {
    this.onJudged = onJudged;
  }

  get current(): WatchedOffer | undefined {
    return this.watched;
  }

  /**
   * These are offered now, where the cursor is or for what is selected in a list. Answers the one that
   * is shown, unless it was shown before and some of it has been typed.
   */
  offered(
    spot: CompletionSpot,
    selected: CompletionSpot | undefined,
    offers: readonly CompletionOffer[],
  ): WatchedOffer | undefined {
    const [first] = offers;
    if (first && this.watched?.offer.id === first.id) {
      return undefined;
    }
    this.end('ignored');
    this.watched = first && begin(spot, selected, first);
    return this.watched;
  }

  /** The text or the cursor has changed. */
  moved(spot: CompletionSpot): void {
    const { watched } = this;
    if (!watched) {
      return;
    }
    const reached = reachedBy(watched, spot);
    if (reached === undefined) {
      this.end('ignored');
      return;
    }
    // A key adds one unit, or two where it brings its closing bracket along.
    if (reached > watched.reached + 2) {
      watched.acceptedCharacters += reached - watched.reached;
    }
    watched.reached = reached;
    // What was taken back was not accepted after all.
    watched.acceptedCharacters = Math.min(watched.acceptedCharacters, reached);
  }

  /** The user accepted what is shown, all of it. */
  accepted(): WatchedOffer | undefined {
    const { watched } = this;
    if (watched) {
      watched.acceptedCharacters += watched.text.length - watched.reached;
      watched.reached = watched.text.length;
      this.end('accepted');
    }
    return watched;
  }

  /** It is not shown any more, for a reason that says what became of it. */
  end(fate: CompletionFate): void {
    const { watched } = this;
    this.watched = undefined;
    if (watched) {
      this.onJudged({ watched, fate: fate === 'ignored' ? milder(watched) : fate });
    }
  }
}

function begin(
  spot: CompletionSpot,
  selected: CompletionSpot | undefined,
  offer: CompletionOffer,
): WatchedOffer {
  const { document, line, before } = spot;
  // What is selected mostly goes on from what is typed. Where it does not, it replaces that.
  const extra = selected?.before.startsWith(before) ? selected.before.slice(before.length) : '';
  return {
    offer,
    documentId: document.id,
    languageId: document.languageId,
    line,
    before,
    text: extra + offer.text,
    reached: 0,
    acceptedCharacters: 0,
  };
}

/** Some of it was of use before the text took another way. */
function milder({ reached, acceptedCharacters, text }: WatchedOffer): CompletionFate {
  if (acceptedCharacters > 0) {
    return 'accepted';
  }
  return reached >= Math.min(followedCharacters, text.length) ? 'followed' : 'ignored';
}

/** How much of the completion stands before the cursor; undefined where the text is another one. */
function reachedBy(watched: WatchedOffer, spot: CompletionSpot): number | undefined {
  if (spot.document.id !== watched.documentId || spot.line < watched.line) {
    return undefined;
  }
  const whole = watched.before + watched.text;
  const text = spot.textFrom(watched.line);
  return whole.startsWith(text) && text.length >= watched.before.length
    ? text.length - watched.before.length
    : undefined;
}
