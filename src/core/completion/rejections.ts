import type { CompletionSpot } from './completionSpot.ts';

/** Places at which something was rejected and that may be come back to. */
const maxPlaces = 500;
/** More than one sees and rejects at one place. */
const maxPerPlace = 20;

/**
 * What the user has rejected, by its place: the document, the line above and the line as it would have
 * become. Changes elsewhere in the file bring nothing of it back.
 */
export class Rejections {
  /** The lines that were rejected, by place; the place that was last used comes last. */
  private readonly places = new Map<string, readonly string[]>();

  get size(): number {
    return this.places.size;
  }

  add(spot: CompletionSpot, completion: string): void {
    const place = placeOf(spot);
    const others = (this.places.get(place) ?? []).filter((one) => one !== spot.before + completion);
    this.places.delete(place);
    this.places.set(place, [...others, spot.before + completion].slice(-maxPerPlace));
    const [oldest] = this.places.keys();
    if (this.places.size > maxPlaces && oldest !== undefined) {
      this.places.delete(oldest);
    }
  }

  /** Whether it is what was rejected here, or the same with something after it. */
  has(spot: CompletionSpot, completion: string): boolean {
    const rejected = this.places.get(placeOf(spot));
    return rejected?.some((line) => (spot.before + completion).startsWith(line)) ?? false;
  }

  /** Nothing counts as rejected here any more. */
  remove(spot: CompletionSpot): void {
    this.places.delete(placeOf(spot));
  }

  clear(): void {
    this.places.clear();
  }
}

function placeOf({ document, lineAbove }: CompletionSpot): string {
  return `${document.id}\n${lineAbove}`;
}
