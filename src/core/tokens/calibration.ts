/** What a model's tokens are to those of the local tokenizer, before anything is known of it. */
export const initialRatio = 1.3;

/** Outside of these, something else than the tokenizer differs. */
const minRatio = 1;
const maxRatio = 1.6;

/** Weight of a new measurement: one odd prompt moves the ratio little, ten settle it. */
const newShare = 0.2;

/** Shorter prompts tell more of the wrapping around them than of the text, tokens. */
export const minMeasuredTokens = 1_000;

/** Keeps the ratios from one session to the next. */
export interface CalibrationStore {
  load(): Readonly<Record<string, number>>;
  save(ratios: Readonly<Record<string, number>>): void;
}

/** How many tokens of each model one token of the local tokenizer stands for, learned from answers. */
export class Calibration {
  private readonly store: CalibrationStore | undefined;
  private readonly ratios: Map<string, number>;

  constructor(store?: CalibrationStore) {
    this.store = store;
    const kept = Object.entries(store?.load() ?? {});
    this.ratios = new Map(kept.filter(([, ratio]) => Number.isFinite(ratio)).map(clampEntry));
  }

  ratioOf(model: string): number {
    return this.ratios.get(model) ?? initialRatio;
  }

  /**
   * Takes in what a model counted.
   * @param ownTokens The local count of the same prompt, not multiplied by anything.
   * @param realTokens Of the whole prompt, what came from the prompt cache included.
   */
  learn(model: string, ownTokens: number, realTokens: number): void {
    if (ownTokens < minMeasuredTokens || realTokens <= 0) {
      return;
    }
    const old = this.ratioOf(model);
    const next = old + (clamp(realTokens / ownTokens) - old) * newShare;
    this.ratios.set(model, next);
    // Every answer moves it a little; only what shows is worth a write.
    if (Math.abs(next - old) > 0.005) {
      this.store?.save(Object.fromEntries(this.ratios));
    }
  }
}

function clampEntry([model, ratio]: readonly [string, number]): [string, number] {
  return [model, clamp(ratio)];
}

function clamp(ratio: number): number {
  return Math.min(maxRatio, Math.max(minRatio, ratio));
}
