/** Names of files that hold secrets by convention; `example` and `sample` variants do not. */
const secretNames: readonly RegExp[] = [
  /^\.env(\..+)?$/,
  /\.env$/,
  /^\.envrc$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /^\.(npmrc|pypirc|netrc|pgpass|htpasswd|git-credentials|dockercfg|my\.cnf)$/,
  /^_netrc$/,
  /^credentials(\.(json|ya?ml|toml|ini))?$/,
  /^secrets?\.(json|ya?ml|toml|ini)$/,
];

const harmlessVariant = /(^|[._-])(example|sample|template|dist|defaults?)([._-]|$)/;

/** Folders that hold little but secrets. */
const secretFolders = new Set(['.ssh', '.gnupg', '.aws', '.azure', '.kube']);

/**
 * Whether a file by its name holds secrets (keys, passwords, tokens): then reading it needs leave
 * even inside the workspace, and searches pass it over. A guess by name, never by content.
 */
export function isSensitiveFile(path: string): boolean {
  const segments = segmentsOf(path);
  const name = segments.at(-1) ?? '';
  if (segments.slice(0, -1).some((segment) => secretFolders.has(segment))) {
    return !name.endsWith('.pub');
  }
  if (isGitInternal(path)) {
    // A remote's address may hold a token.
    return name === 'config' || name === 'credentials';
  }
  return secretNames.some((pattern) => pattern.test(name)) && !harmlessVariant.test(name);
}

/** Whether `path` is or is inside a `.git` folder, where a written file may run as a program. */
export function isGitInternal(path: string): boolean {
  return segmentsOf(path).some((segment) => segment === '.git' || segment === 'git~1');
}

/** Lower case and without trailing dots and spaces: other spellings of a name where case is not told apart. */
function segmentsOf(path: string): readonly string[] {
  return path
    .split(/[\\/]/)
    .filter((segment) => segment !== '')
    .map((segment) => withoutStream(segment.toLowerCase()).replace(/(?<=[^. ])[. ]+$/, ''));
}

/** `.git::$INDEX_ALLOCATION` is `.git` on Windows; elsewhere a colon is a character like any other. */
function withoutStream(segment: string): string {
  return process.platform === 'win32' ? segment.replace(/(?<=..):.*$/, '') : segment;
}
