import type { Disposable } from '../../base/lifecycle.ts';
import type { KeptTree } from './keptTree.ts';

/** More documents than people go back and forth between. */
export const maxKeptTrees = 20;
/** All kept texts together, UTF-16 units: their trees are some 75 MB (measured: 15 bytes a unit). */
export const maxKeptLength = 5_000_000;

/** The trees of the documents that were read last, by document. */
export class KeptTrees implements Disposable {
  /** The longest unused first. */
  private readonly trees = new Map<string, KeptTree>();

  get size(): number {
    return this.trees.size;
  }

  /** The tree of a document, if it is kept. Does not count as a use. */
  peek(documentId: string | undefined): KeptTree | undefined {
    return documentId === undefined ? undefined : this.trees.get(documentId);
  }

  /** The tree of a document in that language, which thereby was used last. */
  use(documentId: string | undefined, languageId: string): KeptTree | undefined {
    const kept = this.peek(documentId);
    if (!kept || documentId === undefined) {
      return undefined;
    }
    if (kept.languageId !== languageId) {
      this.delete(documentId);
      return undefined;
    }
    this.trees.delete(documentId);
    this.trees.set(documentId, kept);
    return kept;
  }

  /** Takes over a tree; those that were unused for longest go if there are too many. */
  add(documentId: string, kept: KeptTree): void {
    this.delete(documentId);
    this.trees.set(documentId, kept);
    for (const oldest of this.trees.keys()) {
      if (oldest === documentId || !this.isFull()) {
        break;
      }
      this.delete(oldest);
    }
  }

  delete(documentId: string): void {
    this.trees.get(documentId)?.dispose();
    this.trees.delete(documentId);
  }

  dispose(): void {
    for (const kept of this.trees.values()) {
      kept.dispose();
    }
    this.trees.clear();
  }

  private isFull(): boolean {
    const length = [...this.trees.values()].reduce((sum, kept) => sum + kept.length, 0);
    return this.trees.size > maxKeptTrees || length > maxKeptLength;
  }
}
