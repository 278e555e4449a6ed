/**
 * Kinds of answers that a team may share, if it wants to. Only what two people ask alike is of use: an
 * explanation and names depend on the code alone, and a completion on the text around the cursor.
 * Never offered are what is private or nobody else's, such as summaries of threads and counts of
 * their prompts, and what is not kept at all.
 */
export const sharedKinds = ['explain', 'names', 'completion'] as const;

export type SharedKind = (typeof sharedKinds)[number];

/**
 * Completions are left out: text that is being typed is seldom equal for two, and each key would wait
 * for the tiers.
 */
export const defaultSharedKinds: readonly SharedKind[] = ['explain', 'names'];
