import assert from 'node:assert/strict';
import { isUserChangesText, userChangesText } from '../../../../src/core/agent/userChangesText.ts';
import type { UserChange } from '../../../../src/core/edit/review/userChanges.ts';

const rejected: UserChange = {
  path: '/w/a.ts',
  kind: 'rejected',
  lines: ['const a = 2;'],
  now: ['const a = 1;'],
};
const textOf = (...changes: UserChange[]): string =>
  userChangesText(changes, (path) => path.slice('/w/'.length)) ?? '';

describe('userChangesText', () => {
  it('is nothing where nothing was changed', () => {
    assert.equal(textOf(), '');
  });

  it('tells each piece with what stands there now', () => {
    const text = textOf(rejected, { ...rejected, kind: 'changed', now: [] });
    assert.ok(isUserChangesText(text));
    assert.match(
      text,
      /a\.ts: rejected\.\nYou had written:\nconst a = 2;\nNow it reads:\nconst a = 1;\n/,
    );
    assert.match(
      text,
      /a\.ts: changed by the user\.\nYou had written:\nconst a = 2;\nNow it reads: nothing\n/,
    );
  });

  it('says that a file is gone, and that a piece is back', () => {
    assert.match(
      textOf({ ...rejected, kind: 'deleted', now: [] }),
      /rejected, and the file is deleted\.\nYou had/,
    );
    assert.match(textOf({ ...rejected, kind: 'restored' }), /taken it back in\.\nIt read:\n/);
  });

  it('cuts long pieces, and names the others once it is long', () => {
    const long = { ...rejected, lines: Array.from({ length: 100 }, () => 'x'.repeat(100)) };
    const text = textOf(...Array.from({ length: 20 }, () => long));
    assert.ok(text.length < 12_000, `${text.length}`);
    assert.match(text, /\(cut here\)/);
    assert.match(text, /a\.ts: rejected\. Read the file\./);
  });
});
