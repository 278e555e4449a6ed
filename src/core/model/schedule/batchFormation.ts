/** What is to be asked, as far as putting it together goes. */
export interface Batchable {
  /** Items of one group are alike, and asked together where there is room. */
  readonly group: string;
  /** Of the item's part of the prompt and of its answer. */
  readonly tokens: number;
}

export interface BatchLimits {
  readonly maxItems: number;
  readonly maxTokens: number;
}

interface Bin<Item> {
  readonly items: Item[];
  tokens: number;
}

/**
 * Puts items into as few batches as the limits allow, with groups kept together and tokens spread
 * evenly. An item that is larger than a batch may be is alone in its own.
 */
export function formBatches<Item extends Batchable>(
  items: readonly Item[],
  limits: BatchLimits,
): readonly (readonly Item[])[] {
  const totalTokens = items.reduce((sum, { tokens }) => sum + tokens, 0);
  const fewest = Math.max(
    Math.ceil(items.length / limits.maxItems),
    Math.ceil(totalTokens / limits.maxTokens),
  );
  const bins: Bin<Item>[] = Array.from({ length: fewest }, () => ({ items: [], tokens: 0 }));
  // The largest first: what is small fills the gaps.
  const pieces = piecesOf(items, limits).sort((left, right) => right.tokens - left.tokens);
  for (const piece of pieces) {
    place(piece, bins, limits);
  }
  return bins.filter((bin) => bin.items.length > 0).map((bin) => bin.items);
}

/** Groups, cut where one is too large for a batch. */
function piecesOf<Item extends Batchable>(
  items: readonly Item[],
  limits: BatchLimits,
): Bin<Item>[] {
  const open = new Map<string, Bin<Item>>();
  const pieces: Bin<Item>[] = [];
  for (const item of items) {
    const piece = open.get(item.group);
    if (piece && hasRoom(piece, 1, item.tokens, limits)) {
      piece.items.push(item);
      piece.tokens += item.tokens;
    } else {
      const fresh = { items: [item], tokens: item.tokens };
      open.set(item.group, fresh);
      pieces.push(fresh);
    }
  }
  return pieces;
}

/** Into the emptiest batch with room for all of it; else into a batch of its own. */
function place<Item>(piece: Bin<Item>, bins: Bin<Item>[], limits: BatchLimits): void {
  let best: Bin<Item> | undefined;
  for (const bin of bins) {
    const fits = bin.items.length === 0 || hasRoom(bin, piece.items.length, piece.tokens, limits);
    if (fits && (!best || bin.tokens < best.tokens)) {
      best = bin;
    }
  }
  if (best) {
    best.items.push(...piece.items);
    best.tokens += piece.tokens;
  } else {
    bins.push({ items: [...piece.items], tokens: piece.tokens });
  }
}

function hasRoom<Item>(
  bin: Bin<Item>,
  count: number,
  tokens: number,
  { maxItems, maxTokens }: BatchLimits,
): boolean {
  return bin.items.length + count <= maxItems && bin.tokens + tokens <= maxTokens;
}
