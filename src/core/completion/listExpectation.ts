/**
 * Whether VS Code's own list is to be expected behind a key: what is asked then is what goes on from its
 * choice, which nobody but VS Code knows. An extension is not told whether the list is open; it is
 * concluded from the questions before.
 */
export class ListExpectation {
  private wasOpen = false;
  private opensAtWords = true;
  private isAsked = false;

  /** The editor has asked. @param hasChoice Whether it told of a choice in its list. */
  asked(before: string, hasChoice: boolean): void {
    this.isAsked = true;
    this.wasOpen = hasChoice;
    if (wordStart.test(before)) {
      this.opensAtWords = hasChoice;
    }
  }

  /**
   * Whether there is no list behind this key, so that the editor will ask about the text as it is. Only
   * where it has asked since the key before: somebody may have turned that off.
   * @param before The text of the line up to the cursor, the key included.
   */
  typed(before: string): boolean {
    const { isAsked } = this;
    this.isAsked = false;
    return isAsked && !this.isListExpected(before);
  }

  private isListExpected(before: string): boolean {
    if (wordStart.test(before)) {
      return this.opensAtWords;
    }
    return insideWord.test(before) ? this.wasOpen : !opensNoList.test(before);
  }
}

/** The first letter of a word. */
const wordStart = /(?:^|[^\p{L}\p{N}_$])[\p{L}_$]$/u;
const insideWord = /[\p{L}\p{N}_$]$/u;
/** What no language has open a list: white space and brackets. Dots, quotes and slashes often do. */
const opensNoList = /(?:^|[\s()[\]{},;=])$/;
