import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { attach, readFilePath } from '../../../../../src/webview/chat/state/attachments.ts';
import { Composer } from '../../../../../src/webview/chat/state/composer.ts';

function transfer(files: File[], data: Record<string, string> = {}): Parameters<typeof attach>[1] {
  return { files, getData: (format) => data[format] ?? '' };
}

describe('Attachments', () => {
  it('are images the model takes, in base64', async () => {
    const composer = new Composer();
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    await attach(composer, transfer([new File([bytes], 'a.png', { type: 'image/png' })]), true);
    const [image] = composer.images.value;
    assert.equal(image?.label, 'a.png');
    assert.deepEqual(Buffer.from(image?.data ?? '', 'base64'), Buffer.from(bytes));
    assert.equal(composer.problem.value, '');
  });

  it('say why something cannot be attached, and keep what can', async () => {
    const composer = new Composer();
    const good = new File(['x'], 'a.gif', { type: 'image/gif' });
    const bad = new File(['x'], 'b.svg', { type: 'image/svg+xml' });
    await attach(composer, transfer([good, bad]), true);
    assert.equal(composer.images.value.length, 1);
    assert.match(composer.problem.value, /b\.svg.*PNG, JPEG, GIF or WebP/);
    const huge = new File([new Uint8Array(5 * 1024 * 1024 + 1)], 'c.png', { type: 'image/png' });
    await attach(composer, transfer([huge]), true);
    assert.match(composer.problem.value, /5 MB/);
    await attach(composer, transfer([good]), false);
    assert.match(composer.problem.value, /takes no images/);
  });

  it('are files dragged from VS Code, each once', async () => {
    const composer = new Composer();
    const list =
      'file:///home/ada/my%20app/a.ts\r\nvscode-remote://ssh-remote+x/home/ada/b.ts\r\nhttps://x.y/z';
    await attach(composer, transfer([], { 'text/uri-list': list }), false);
    await attach(composer, transfer([], { 'text/uri-list': list }), false);
    assert.deepEqual(
      composer.chips.value.map(({ path }) => path),
      ['/home/ada/my app/a.ts', '/home/ada/b.ts'],
    );
  });

  it('read the paths of Windows', () => {
    assert.equal(readFilePath('file:///c%3A/code/a.cs'), 'c:/code/a.cs');
    assert.equal(readFilePath('no address'), undefined);
    assert.equal(readFilePath('javascript:alert(1)'), undefined);
  });
});
