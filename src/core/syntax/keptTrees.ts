import type { Disposable } from '../../base/lifecycle.ts';
import type { KeptTree } from './keptTree.ts';

/** Trees of 20 documents are some 100 MB where each has 10,000 lines (measured: 5 MB a tree). */
export const maxKeptTrees = 20;

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

  /** Takes over a tree; the one that was unused for longest goes if there are too many. */
  add(documentId: string, kept: KeptTree): void {
    this.delete(documentId);
    this.trees.set(documentId, kept);
    const [oldest] = this.trees.keys();
    if (this.trees.size > maxKeptTrees && oldest !== undefined) {
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
}
