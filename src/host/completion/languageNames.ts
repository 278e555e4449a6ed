import type { Event } from '../../base/emitter.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';

/** VS Code's list of extensions, as far as it matters here. */
export interface ExtensionList {
  readonly all: readonly { readonly packageJSON: unknown }[];
  readonly onDidChange: Event<void>;
}

/** VS Code knows this one by itself; the names of all others come from extensions. */
const builtIn: readonly (readonly [string, string])[] = [['plaintext', 'Plain Text']];

/** What VS Code calls each language, looked up when a name is first asked for. */
export class LanguageNames implements Disposable {
  private readonly resources = new ResourceManager('languageNames');
  private readonly extensions: ExtensionList;
  private names: ReadonlyMap<string, string> | undefined;

  constructor(extensions: ExtensionList) {
    this.extensions = extensions;
    this.resources.add(
      extensions.onDidChange(() => {
        this.names = undefined;
      }),
    );
  }

  /** The id itself where no extension names the language. */
  nameOf(languageId: string): string {
    this.names ??= new Map([
      ...builtIn,
      ...this.extensions.all.flatMap(({ packageJSON }) => namesIn(packageJSON)),
    ]);
    return this.names.get(languageId) ?? languageId;
  }

  dispose(): void {
    this.resources.dispose();
  }
}

/** The first alias is the name; of several extensions the last one with an alias has its way. */
function namesIn(manifest: unknown): readonly (readonly [string, string])[] {
  const contributes = isRecord(manifest) ? manifest['contributes'] : undefined;
  const languages = isRecord(contributes) ? contributes['languages'] : undefined;
  return (Array.isArray(languages) ? languages : []).flatMap((language: unknown) => {
    const { id, aliases } = isRecord(language) ? language : {};
    const name: unknown = Array.isArray(aliases) ? aliases[0] : undefined;
    return typeof id === 'string' && typeof name === 'string' && name !== ''
      ? [[id, name] as const]
      : [];
  });
}

/** A manifest may hold whatever somebody has written into it. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
