// What it costs to keep up with a file that is edited: parsing on from the last tree against parsing
// anew, by length; what the first text of a language waits for; what an outline takes.
import { systemClock } from '../../src/base/clock.ts';
import { createSyntax, type OwnedSyntax } from '../../src/core/syntax/createSyntax.ts';
import type { FileSyntax } from '../../src/core/syntax/syntax.ts';
import { grammarsDir, workerFile } from '../support/syntaxHarness.ts';
import { medianMs, percentile, printReport, rounded } from './support.ts';

const runs = 15;
const documentId = 'file:///bench.ts';
const languageId = 'typescript';

async function createBenchSyntax(): Promise<OwnedSyntax> {
  return createSyntax({
    grammarsDir: await grammarsDir(),
    workerFile,
    clock: systemClock,
    onError: (error) => {
      throw error;
    },
  });
}

/** A parse pauses, and whatever else runs then takes as long as it likes: so the quicker quarter. */
function quiet(times: readonly number[]): number {
  return percentile(times, 25);
}

/** Ten lines a piece, none like the other. */
function source(lines: number): string {
  return Array.from(
    { length: lines / 10 },
    (_, index) => `/** Adds ${index}. */
export class Item${index} extends Base<number> {
  private count = ${index};

  add${index}(amount: number, label?: string): number {
    const sum = this.count + amount * ${index};
    return label ? \`\${label}: \${sum}\`.length : sum;
  }
}

`,
  ).join('');
}

async function measure(lines: number) {
  const syntax = await createBenchSyntax();
  const base = source(lines);
  const place = base.indexOf('\n', base.length / 2) + 1;
  const touch = (file: FileSyntax): boolean => file.hasErrorIn({ start: 0, end: 0 });
  let text = base;
  let edits = 0;
  const edit = (): void => {
    edits += 1;
    const change = { start: place, end: place, text: `// ${edits}\n` };
    text = text.slice(0, place) + change.text + text.slice(place);
    syntax.changed(documentId, [change]);
  };
  const read = (id?: string): Promise<boolean> =>
    syntax.read({ languageId, text, ...(id && { documentId: id }) }, touch);
  await read(documentId);
  const full: number[] = [];
  const along: number[] = [];
  // In turns, so that both see the same load of the machine.
  for (let run = 0; run < runs; run += 1) {
    edit();
    full.push(await medianMs(1, async () => void (await read())));
    along.push(await medianMs(1, async () => void (await read(documentId))));
  }
  const ask = async (use: (file: FileSyntax) => unknown): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      edit();
      await read(documentId);
      times.push(
        await medianMs(1, async () => {
          await syntax.read({ documentId, languageId, text }, use);
        }),
      );
    }
    return rounded(quiet(times));
  };
  const fullMs = quiet(full);
  const incrementalMs = quiet(along);
  const answers = {
    outlineMs: await ask((file) => file.outline()),
    enclosingMs: await ask((file) => file.enclosing(place)),
    blockEndMs: await ask((file) => file.blockEnd(place)),
    placeMs: await ask((file) => file.placeAt(place)),
    namesMs: await ask((file) => file.identifiersInScope(place, 100)),
    foldedMs: await ask((file) => file.foldedOutline(20_000)),
  };
  syntax.dispose();
  return {
    fullMs: rounded(fullMs),
    incrementalMs: rounded(incrementalMs),
    fullToIncremental: rounded(fullMs / incrementalMs),
    ...answers,
  };
}

/** The runtime and the grammar, up to the first answer. */
async function firstAnswer(language: string): Promise<number> {
  const syntax = await createBenchSyntax();
  const ms = await medianMs(1, async () => {
    await syntax.read({ languageId: language, text: 'a' }, (file) => file.source);
  });
  syntax.dispose();
  return rounded(ms);
}

const firstMs = await firstAnswer('typescript');
printReport('syntax', {
  // The second language finds the runtime loaded.
  firstGrammarMs: firstMs,
  secondGrammarMs: await firstAnswer('python'),
  lines200: await measure(200),
  lines2000: await measure(2_000),
  lines20000: await measure(20_000),
});
