/**
 * What the real API knows of its models, written down apart from the product's own catalogue so
 * that a mistake there shows.
 */

export type ThinkingType = 'adaptive' | 'enabled' | 'disabled' | 'between_tools';

export interface KnownModel {
  readonly id: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly acceptsEffort: boolean;
  readonly thinking: readonly ThinkingType[];
  /** Whether thinking is on when the request does not say. */
  readonly thinksByDefault: boolean;
  readonly acceptsForcedTools: boolean;
  /** Shortest prefix that is cached, tokens. */
  readonly minCacheTokens: number;
  /** Whether replayed thinking is checked against everything before it. */
  readonly checksPrefix: boolean;
  /** Absent for `active`. */
  readonly lifecycle?: 'deprecated' | 'retired';
  /** RFC 3339. */
  readonly retiresAt?: string;
}

const current: Omit<KnownModel, 'id' | 'thinking'> = {
  contextTokens: 1_000_000,
  maxOutputTokens: 128_000,
  acceptsEffort: true,
  thinksByDefault: true,
  acceptsForcedTools: false,
  minCacheTokens: 512,
  checksPrefix: true,
};

const older: Omit<KnownModel, 'id' | 'thinking' | 'minCacheTokens'> = {
  ...current,
  thinksByDefault: false,
  acceptsForcedTools: true,
  checksPrefix: false,
};

export const knownModels: readonly KnownModel[] = [
  { ...current, id: 'claude-fable-5-2', thinking: ['adaptive'] },
  { ...current, id: 'claude-fable-5-1', thinking: ['adaptive'] },
  { ...current, id: 'claude-opus-5-5', thinking: ['adaptive'] },
  { ...current, id: 'claude-sonnet-5-5', thinking: ['adaptive', 'between_tools'] },
  {
    ...current,
    id: 'claude-haiku-5-5',
    thinking: ['adaptive', 'disabled'],
    acceptsForcedTools: true,
  },
  {
    ...older,
    id: 'claude-opus-5',
    thinking: ['adaptive', 'disabled'],
    thinksByDefault: true,
    minCacheTokens: 512,
  },
  {
    ...older,
    id: 'claude-sonnet-5',
    thinking: ['adaptive', 'disabled'],
    thinksByDefault: true,
    minCacheTokens: 1024,
  },
  { ...older, id: 'claude-opus-4-8', thinking: ['adaptive', 'disabled'], minCacheTokens: 1024 },
  {
    ...older,
    id: 'claude-sonnet-4-6',
    thinking: ['adaptive', 'enabled', 'disabled'],
    minCacheTokens: 1024,
  },
  {
    ...older,
    id: 'claude-haiku-4-5',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    acceptsEffort: false,
    thinking: ['enabled', 'disabled'],
    minCacheTokens: 4096,
  },
];
