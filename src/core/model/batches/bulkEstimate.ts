import { costUsd, type PriceCard } from '../catalogue.ts';
import { noUsage, type Usage } from '../message.ts';
import { type BulkTask, bulkTask, estimateTokens } from './bulkTask.ts';

/** What a batch costs beside the same requests one by one, as the provider's price list has it. */
export const batchPriceShare = 0.5;

/** What a job may take, to be told as “about”. */
export interface BulkEstimate {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars, the batch price considered; absent where no price is known. */
  readonly usd?: number;
  /** What the same requests would cost one by one. */
  readonly singleUsd?: number;
}

/** Adds up what the requests for files of these texts may take. */
export class BulkEstimator {
  private readonly task: BulkTask;
  private readonly card: PriceCard | undefined;
  private requests = 0;
  private inputTokens = 0;
  private outputTokens = 0;
  private usd: number | undefined = 0;

  constructor(task: BulkTask, card: PriceCard | undefined) {
    this.task = task;
    this.card = card;
  }

  /** @param prompt Everything of one request that is sent. @param fileText The part that is the file. */
  add(prompt: string, fileText: string): void {
    const { answerTokens, answerShare } = bulkTask(this.task);
    const inputTokens = estimateTokens(prompt);
    const outputTokens = Math.ceil(answerTokens + answerShare * estimateTokens(fileText));
    const usage: Usage = { ...noUsage, inputTokens, outputTokens };
    const usd = costUsd(usage, this.card);
    this.requests += 1;
    this.inputTokens += inputTokens;
    this.outputTokens += outputTokens;
    // A request alone may be above the size at which a model's price jumps, so each is priced alone.
    this.usd = this.usd === undefined || usd === undefined ? undefined : this.usd + usd;
  }

  total(isBatch: boolean): BulkEstimate {
    const { requests, inputTokens, outputTokens, usd } = this;
    return {
      requests,
      inputTokens,
      outputTokens,
      ...(usd === undefined ? {} : { usd: usd * (isBatch ? batchPriceShare : 1), singleUsd: usd }),
    };
  }
}
