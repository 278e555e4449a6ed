import { isWithin } from '../tools/paths.ts';
import { type ApprovalRules, coveredWords } from './approvalRules.ts';
import type { CommandCall } from './commandLineParts.ts';

/** What "Allow in this thread" allows. */
export type ThreadGrant =
  | { readonly kind: 'edits' }
  /** Commands that begin with one of these, by whole words. */
  | { readonly kind: 'commands'; readonly prefixes: readonly (readonly string[])[] }
  /** Files in these folders outside the workspace, and below. Absolute, links resolved. */
  | { readonly kind: 'readFolders'; readonly folders: readonly string[] };

/** All that the user allowed for one thread. A value: adding makes a new one. */
export interface ThreadGrants {
  readonly canEdit: boolean;
  readonly commandPrefixes: readonly (readonly string[])[];
  readonly readFolders: readonly string[];
}

/** What a thread starts with. */
export const noGrants: ThreadGrants = { canEdit: false, commandPrefixes: [], readFolders: [] };

/** The grants with one more. */
export function addGrant(grants: ThreadGrants, grant: ThreadGrant): ThreadGrants {
  switch (grant.kind) {
    case 'edits':
      return { ...grants, canEdit: true };
    case 'commands':
      return { ...grants, commandPrefixes: [...grants.commandPrefixes, ...grant.prefixes] };
    case 'readFolders':
      return { ...grants, readFolders: [...grants.readFolders, ...grant.folders] };
  }
}

/** Whether the file outside the workspace is in a folder that was opened for reading. */
export function isReadGranted(grants: ThreadGrants, path: string): boolean {
  return grants.readFolders.some((folder) => isWithin(folder, path));
}

/** How many words of the call the grants cover, as `coveredWords` counts them. */
export function grantedWords(grants: ThreadGrants, call: CommandCall): number | undefined {
  return longestCover(call, grants.commandPrefixes);
}

/** How many words of the call the rules cover. Rules without a word cover nothing. */
export function allowedWords(
  rules: readonly (readonly string[])[],
  call: CommandCall,
): number | undefined {
  return longestCover(
    call,
    rules.filter((rule) => rule.length > 0),
  );
}

/** Whether a redirection into a file of the workspace needs no question: it is a kind of edit. */
export function mayWriteUnasked(rules: ApprovalRules, grants: ThreadGrants): boolean {
  return grants.canEdit || rules.tools['write_file'] === 'allow';
}

function longestCover(
  call: CommandCall,
  prefixes: readonly (readonly string[])[],
): number | undefined {
  const covers = prefixes.map((prefix) => coveredWords(call, prefix) ?? -1);
  const longest = Math.max(-1, ...covers);
  return longest < 0 ? undefined : longest;
}
