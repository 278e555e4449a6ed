import { copyText } from '../../base/copyText.ts';
import { cutText } from '../../base/cutText.ts';
import type { OutlineSymbol, Syntax } from '../syntax/syntax.ts';
import type { NearbyText } from './completionSurroundings.ts';

/** A definition in another file, for what is being written. */
export interface KnownSignature {
  readonly path: string;
  readonly name: string;
  readonly signature: string;
}

interface ReadDocument {
  readonly version: number;
  readonly signatures: readonly KnownSignature[];
}

/** A longer signature tells no more than its beginning, characters. */
const maxSignatureCharacters = 200;
/** A larger file is generated more often than written, characters: parsing it takes tens of ms. */
const maxDocumentCharacters = 200_000;
/** Files that are parsed for one prompt; the others have their turn at the next ones. */
const maxReadAtOnce = 1;

/** What the definitions of open files look like, read again only where a file has changed. */
export class SignatureIndex {
  private readonly syntax: Syntax;
  private readonly documents = new Map<string, ReadDocument>();

  constructor(syntax: Syntax) {
    this.syntax = syntax;
  }

  /** Brings the index towards these documents; others are forgotten. */
  async update(documents: readonly NearbyText[], signal: AbortSignal): Promise<void> {
    const wanted = new Set(documents.map(({ documentId }) => documentId));
    for (const id of this.documents.keys()) {
      if (!wanted.has(id)) {
        this.documents.delete(id);
      }
    }
    const changed = documents.filter(
      ({ documentId, version }) => this.documents.get(documentId)?.version !== version,
    );
    for (const document of changed.slice(0, maxReadAtOnce)) {
      await this.read(document, signal);
    }
  }

  /** The definitions of these names, in the order of the names; at most one for each and file. */
  find(names: ReadonlySet<string>, limit: number): readonly KnownSignature[] {
    const byName = new Map<string, KnownSignature[]>();
    for (const { signatures } of this.documents.values()) {
      for (const one of signatures) {
        if (names.has(one.name)) {
          byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
        }
      }
    }
    const found = [...names].flatMap((name) => byName.get(name)?.slice(0, 2) ?? []);
    return found.slice(0, limit);
  }

  private async read(document: NearbyText, signal: AbortSignal): Promise<void> {
    const { documentId, languageId, path, version } = document;
    const text = document.text();
    const signatures =
      text.length > maxDocumentCharacters
        ? []
        : await this.syntax.read(
            { languageId, text },
            (syntax) => (syntax.source === 'tree' ? signaturesOf(syntax.outline(), path) : []),
            { priority: 'background', signal },
          );
    this.documents.set(documentId, { version, signatures });
  }
}

function signaturesOf(symbols: readonly OutlineSymbol[], path: string): readonly KnownSignature[] {
  return symbols.flatMap(({ name, signature, children }) => [
    { path, name: copyText(name), signature: copyText(cutText(signature, maxSignatureCharacters)) },
    ...signaturesOf(children, path),
  ]);
}
