import type { ContextKeeping, ModelProfile } from '../core/agent/threadParts.ts';
import type { SummaryModel } from '../core/context/compactionSummary.ts';
import type { Catalogue } from '../core/model/catalogue.ts';
import type { ConnectionProvider } from '../core/model/connection.ts';
import type { Settings } from '../core/settings.ts';
import { SqliteCompactionStore } from '../core/store/compactionStore.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';

export interface ContextPartsOptions extends Pick<ContextKeeping, 'optimizer' | 'tokens'> {
  readonly settings: Settings;
  readonly connection: ConnectionProvider;
  readonly catalogue: Catalogue;
  readonly storeConnection: StoreConnection;
}

/** Writes summaries where the Messages API is spoken: the cheapest model, and quick. */
const smallModel = 'claude-haiku-5-5';

/** Of what a prompt may be, so much is filled: sizes are estimates. */
const promptShare = 0.9;

/** What a local server is asked to read at once where its window is not known, tokens. */
const cautiousTokens = 8_192;

/** How conversations are kept within their models' windows. */
export function createContextKeeping(options: ContextPartsOptions): ContextKeeping {
  const { optimizer, tokens, settings, connection, catalogue, storeConnection } = options;
  return {
    optimizer,
    tokens,
    compactions: new SqliteCompactionStore(storeConnection),
    isAutomatic: () => settings.get('context.autoCompact'),
    summaryModels: async (profile) => {
      const { kind } = await connection.current();
      if (kind === 'offline') {
        return [];
      }
      const small = kind === 'anthropic' ? catalogue.find(smallModel) : undefined;
      return [
        ...(small ? [summaryModel({ ...small, contextWindow: small.contextTokens })] : []),
        ...(profile.id === small?.id ? [] : [summaryModel(profile)]),
      ];
    },
  };
}

function summaryModel({ id, contextWindow, longPrompt }: ModelProfile): SummaryModel {
  const most = longPrompt?.aboveTokens ?? contextWindow ?? cautiousTokens;
  return { id, maxPromptTokens: Math.floor(most * promptShare) };
}
