/** The shortest key that is not plainly a slip: Anthropic's are about 100 characters. */
const minKeyCharacters = 8;

/** Why the text can't be an API key, or undefined where it may be one. */
export function apiKeyProblem(text: string): string | undefined {
  const key = text.trim();
  if (key === '') {
    return 'Paste the API key.';
  }
  if (/\s/.test(key)) {
    return 'An API key holds no spaces or line breaks.';
  }
  // HTTP headers carry nothing else.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return 'An API key holds letters, digits and punctuation only.';
  }
  if (key.length < minKeyCharacters) {
    return 'This is too short for an API key.';
  }
  return undefined;
}

/** Whether a key looks like one that Anthropic gave out for the API. */
export function looksLikeAnthropicKey(key: string): boolean {
  return key.startsWith('sk-ant-api');
}
