const removed = '‹removed›';

/** What credentials look like, most telling first. Each hides the whole match or its last group. */
const credentialPatterns: readonly RegExp[] = [
  // Keys with a well-known beginning: Anthropic and OpenAI, GitHub, GitLab, Slack, Google, AWS.
  /\bsk-[A-Za-z0-9_-]{8,}/g,
  /\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-)[A-Za-z0-9_-]{8,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // The key of a team (`teamKeys.ts`).
  /\bslipstream-key-\d+:[A-Za-z0-9:_-]+/g,
  // JSON Web Tokens.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
];

/** A name that promises a credential, and the value that follows it. */
const namedCredential =
  /((?:x-api-key|api[_-]?key|authorization|access[_-]?token|auth[_-]?token|secret|password)["']?\s*[:=]\s*["']?)((?:bearer\s+|basic\s+)?[^\s"',;}]+)/gi;
const bearer = /\b(bearer\s+)([A-Za-z0-9._~+/=-]{8,})/gi;
/** User name and password in an address; Redis often has a password alone. */
const addressCredential = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi;

/** The text without anything that looks like a key, a token or a password. */
export function redact(text: string): string {
  let result = text;
  for (const pattern of credentialPatterns) {
    result = result.replace(pattern, removed);
  }
  return result
    .replace(addressCredential, `$1${removed}@`)
    .replace(namedCredential, `$1${removed}`)
    .replace(bearer, `$1${removed}`);
}
