import { createHash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { BulkStore } from '../../store/bulkStore.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { Catalogue } from '../catalogue.ts';
import type { ConnectionProvider } from '../connection.ts';
import type { Usage } from '../message.ts';
import type { ModelGateway } from '../request.ts';
import type { BatchClient } from './batchClient.ts';
import type { BulkJob } from './bulkJob.ts';
import type { BulkSource } from './bulkTask.ts';

/** What one request of a batch used, for the ledger: at half the price of a single one. */
export interface BatchUsage {
  /** The item's id, unique among all. */
  readonly id: string;
  readonly model: string;
  readonly endpoint: string;
  readonly usage: Usage;
  /** US dollars; undefined where no price is known. */
  readonly costUsd: number | undefined;
}

/** What jobs over many files work with. */
export interface BulkParts {
  readonly store: BulkStore;
  readonly client: BatchClient;
  /** For servers without batches. It keeps its own account of what is used. */
  readonly gateway: ModelGateway;
  readonly connection: ConnectionProvider;
  readonly catalogue: () => Promise<Catalogue>;
  readonly clock: Clock;
  /** Absent where nobody measures. */
  readonly tracing?: Tracing;
  /** Reads a file as it is sent. Throws `UserError` where that is not possible or not allowed. */
  readonly readSource: (path: string) => Promise<BulkSource>;
  readonly maxOutputTokens: () => number;
  /** Where the provider is to compute; empty for its own choice. */
  readonly inferenceGeo: () => string;
  /** Called once for each answer, when it has been kept. */
  readonly recordUsage: (usage: BatchUsage) => void;
  /** Hears that something about a job is different. */
  readonly onChange: () => void;
  /** Hears, in one window alone, that a job has ended. */
  readonly onEnd: (job: BulkJob) => void;
  /** Hears of mistakes of ours. */
  readonly onError: (error: unknown) => void;
}

/** Tells a text as it was sent from a later one. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
