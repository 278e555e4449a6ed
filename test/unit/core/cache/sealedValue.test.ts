import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { CacheEntry } from '../../../../src/core/cache/cacheEntry.ts';
import {
  maxSharedTextBytes,
  type OpenedValue,
  openValue,
  sealOverheadBytes,
  sealValue,
} from '../../../../src/core/cache/sealedValue.ts';
import type { SharedName } from '../../../../src/core/cache/sharedNames.ts';
import {
  createTeamKeyText,
  parseTeamKeys,
  type TeamKey,
} from '../../../../src/core/cache/teamKeys.ts';

const now = Date.UTC(2030, 0, 1);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function aKey(): TeamKey {
  const [key] = parseTeamKeys(createTeamKeyText());
  assert.ok(key);
  return key;
}

const key = aKey();
const name: SharedName = { segments: ['t', 'p', 'a', 'v', 'o', 'd'], key };

function entryOf(text: string, lifetime: Partial<CacheEntry> = {}): CacheEntry {
  return { text, freshUntil: now + hourMs, expiresAt: now + 2 * hourMs, files: [], ...lifetime };
}

function sealed(entry: CacheEntry, under = name): Buffer {
  const bytes = sealValue(entry, under);
  assert.ok(bytes);
  return bytes;
}

const open = (bytes: Uint8Array, under = name, keys: readonly TeamKey[] = [key]): OpenedValue =>
  openValue(bytes, under, keys, now);

/** Sealed as a member of the team could who means ill: a header of their own, and a tag that fits. */
function forged(header: Buffer, body: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key.sealing, header.subarray(26), {
    authTagLength: 16,
  });
  cipher.setAAD(Buffer.concat([header, Buffer.from(name.segments.join(':'))]));
  const text = cipher.update(body);
  return Buffer.concat([header, text, cipher.final(), cipher.getAuthTag()]);
}

describe('A sealed value', () => {
  for (const text of ['null', '""', '0', JSON.stringify('é😀'.repeat(2_000)), '"\\ud83d"']) {
    it(`comes back as it was: ${text.slice(0, 20)}`, () => {
      assert.deepEqual(open(sealed(entryOf(text))), { kind: 'opened', entry: entryOf(text) });
    });
  }

  it('comes back as it was, whatever it holds', () => {
    for (let round = 0; round < 300; round += 1) {
      const bytes = randomBytes(Math.floor(Math.random() * 4_000));
      const text = JSON.stringify(bytes.toString(round % 2 === 0 ? 'hex' : 'latin1'));
      const opened = open(sealed(entryOf(text)));
      assert.ok(opened.kind === 'opened' && opened.entry.text === text);
    }
  });

  it('is never the same twice, and shows nothing of what it holds', () => {
    const [first, second] = [sealed(entryOf('"secret words"')), sealed(entryOf('"secret words"'))];
    assert.ok(!first.equals(second));
    assert.ok(!first.includes('secret'));
  });

  it('is smaller than a long text, and little more than a short one', () => {
    const long = JSON.stringify('const answer = compute(question);\n'.repeat(200));
    assert.ok(sealed(entryOf(long)).length < long.length / 4);
    assert.equal(sealed(entryOf('"short"')).length, 7 + sealOverheadBytes);
  });

  it('leaves the paths of its files on the machine', () => {
    const bytes = sealed(entryOf('1', { files: ['/home/ada/a.ts'] }));
    const opened = open(bytes);
    assert.ok(opened.kind === 'opened');
    assert.deepEqual(opened.entry.files, []);
    assert.equal(bytes.length, 1 + sealOverheadBytes);
  });

  it('does not open with any of its bytes changed', () => {
    const bytes = sealed(entryOf(JSON.stringify('some words '.repeat(200))));
    for (let place = 0; place < bytes.length; place += 1) {
      for (const bits of [1, 128]) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ bits;
        assert.notEqual(open(changed).kind, 'opened', `byte ${place}`);
      }
    }
  });

  it('is rejected at any other length', () => {
    const bytes = sealed(entryOf('"some words"'));
    for (let length = 1; length < bytes.length; length += 1) {
      assert.equal(open(bytes.subarray(0, length)).kind, 'rejected', `${length} bytes`);
    }
    assert.equal(open(Buffer.alloc(0)).kind, 'rejected');
    assert.equal(open(Buffer.concat([bytes, Buffer.alloc(1)])).kind, 'rejected');
  });

  it('is rejected under another name, as where two entries were swapped', () => {
    for (const place of name.segments.keys()) {
      const segments = name.segments.map((segment, at) => (at === place ? 'x' : segment));
      assert.equal(open(sealed(entryOf('1')), { segments, key }).kind, 'rejected');
    }
  });

  it('is rejected by who does not know its key', () => {
    assert.equal(open(sealed(entryOf('1')), name, [aKey()]).kind, 'rejected');
  });

  it('is rejected where it says a key of ours and was sealed with another', () => {
    const other = aKey();
    const bytes = sealed(entryOf('1'), { ...name, key: other });
    bytes.write(key.id, 2, 'hex');
    assert.equal(open(bytes, name, [key, other]).kind, 'rejected');
  });

  it('opens with any key that is known, so that keys can be replaced', () => {
    const bytes = sealed(entryOf('1'));
    assert.equal(open(bytes, name, [aKey(), key]).kind, 'opened');
  });

  it('is rejected in any other form: another version writes under other names', () => {
    const newer = Buffer.from(sealed(entryOf('1')));
    newer[0] = 2;
    assert.equal(open(newer).kind, 'rejected');
    assert.equal(open(Buffer.from('planted')).kind, 'rejected');
  });

  it('is absent, and no alarm, where its time is over', () => {
    const over = entryOf('1', { freshUntil: now - 2, expiresAt: now });
    assert.equal(open(sealed(over)).kind, 'absent');
  });

  it('lives no longer than one written now, however wrong the clock of who wrote it', () => {
    const future = entryOf('1', { freshUntil: now + 900 * dayMs, expiresAt: now + 999 * dayMs });
    const opened = open(sealed(future));
    assert.ok(opened.kind === 'opened');
    assert.equal(opened.entry.freshUntil, now + 7 * dayMs);
    assert.equal(opened.entry.expiresAt, now + 30 * dayMs);
  });

  it('is not sealed where it is too long', () => {
    assert.equal(sealValue(entryOf('x'.repeat(maxSharedTextBytes + 1)), name), undefined);
  });

  it('never unpacks to more than it says, and says no more than the limit', () => {
    const header = Buffer.from(sealed(entryOf('"x"')).subarray(0, 38));
    header[1] = 2;
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    header.writeUInt32BE(1_000, 6);
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(open(forged(header, bomb)).kind, 'absent');
    header.writeUInt32BE(0xffff_ffff, 6);
    assert.equal(open(forged(header, bomb)).kind, 'rejected');
    assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
  });

  it('is absent where its length is not the one it says', () => {
    const header = Buffer.from(sealed(entryOf('"x"')).subarray(0, 38));
    header.writeUInt32BE(2, 6);
    assert.equal(open(forged(header, Buffer.from('"x"'))).kind, 'absent');
  });
});
