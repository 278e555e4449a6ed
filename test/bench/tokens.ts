/**
 * Counting tokens: 1 MB of TypeScript and texts without a break, with our counter and with the
 * tokenizer's own `encode`, which is stopped early where its time explodes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import { createPieceCounter } from '../../src/core/tokens/pieceCounter.ts';
import { roughTokens } from '../../src/core/tokens/roughTokens.ts';
import { repositoryDir } from '../support/paths.ts';
import { medianMs, printReport, rounded } from './support.ts';

const wantedBytes = 1_048_576;
const runs = 7;
/** Of the long runs, `encode` gets only so much: all 20,000 letters take it 20 s. */
const naiveCharacters = 2_000;

/** Source files, ours first, up to 1 MB. */
function typeScript(): string {
  const parts: string[] = [];
  let bytes = 0;
  for (const folder of ['src', 'test', 'node_modules/zod/src']) {
    const names = readdirSync(join(repositoryDir, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((file) => file.endsWith('.ts')).sort()) {
      if (bytes < wantedBytes) {
        const text = readFileSync(join(repositoryDir, folder, name), 'utf8');
        parts.push(text);
        bytes += Buffer.byteLength(text);
      }
    }
  }
  return parts.join('').slice(0, wantedBytes);
}

const pathological = {
  letters: 'a'.repeat(20_000),
  repetitiveBase64: Buffer.from('ABCDEF'.repeat(8_000)).toString('base64').slice(0, 60_000),
  spaces: ' '.repeat(20_000),
  emoji: '👩‍👩‍👧‍👦'.repeat(2_000),
};

const encoder = new Tiktoken(cl100k);
const encode = (text: string): number => encoder.encode(text, [], []).length;

const text = typeScript();
const loadMs = await medianMs(3, async () => {
  await createPieceCounter();
});
const loadTiktokenMs = await medianMs(3, () => {
  new Tiktoken(cl100k);
});
const coldMs = await medianMs(3, async () => {
  (await createPieceCounter()).count(text);
});
const counter = await createPieceCounter();
const tokens = counter.count(text);
const warmMs = await medianMs(runs, () => {
  counter.count(text);
});
const encodeMs = await medianMs(3, () => {
  encode(text);
});
const roughMs = await medianMs(runs, () => {
  roughTokens(text);
});

const unbroken: Record<string, unknown> = {};
for (const [name, run] of Object.entries(pathological)) {
  const capped = run.slice(0, naiveCharacters);
  const fresh = await createPieceCounter();
  const ownMs = await medianMs(1, () => {
    fresh.count(run);
  });
  const cappedMs = await medianMs(1, () => {
    encode(capped);
  });
  unbroken[name] = {
    characters: run.length,
    ownMs: rounded(ownMs),
    encodeCharacters: capped.length,
    encodeMs: rounded(cappedMs),
  };
}

printReport('tokens', {
  typeScript: {
    bytes: Buffer.byteLength(text),
    tokens,
    encodeTokens: encode(text),
    loadMs: rounded(loadMs),
    loadTiktokenMs: rounded(loadTiktokenMs),
    firstCountMs: rounded(coldMs - loadMs),
    countMs: rounded(warmMs),
    encodeMs: rounded(encodeMs),
    ratio: rounded(encodeMs / warmMs),
    ratioFirst: rounded(encodeMs / (coldMs - loadMs)),
    estimateBeforeLoadingMs: rounded(roughMs),
  },
  unbroken,
});
