import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  LocalPrediction,
  LocalPredictor,
} from '../../../../src/core/completion/completion.ts';
import { LineMemory } from '../../../../src/core/completion/lineMemory.ts';
import { createLocalPredictor } from '../../../../src/core/completion/localPredictor.ts';
import { repositoryDir } from '../../../support/paths.ts';
import { placeAt } from './completionKit.ts';

const calls = Array.from({ length: 6 }, (_, index) => `registry.register(tool${index});\n`).join(
  '',
);

function predicting(...texts: readonly string[]): LocalPredictor {
  const predictor = createLocalPredictor();
  for (const [index, text] of texts.entries()) {
    predictor.learn(`file:///open/${index}`, 'typescript', text);
  }
  return predictor;
}

function predictAt(
  predictor: LocalPredictor,
  marked: string,
  languageId = 'typescript',
): LocalPrediction | undefined {
  return predictor.predict(placeAt(marked, languageId));
}

describe('LocalPredictor', () => {
  it('completes a word that followed there before', () => {
    assert.equal(predictAt(predicting(calls), 'registry.re¦')?.text, 'gister');
  });

  it('completes a line that was written several times', () => {
    const line = '  const { text, offset } = place;\n';
    const predictor = predicting(`function a() {\n${line}}\nfunction b() {\n${line}}\n${line}`);
    assert.equal(predictAt(predictor, '  const { text, off¦')?.text, 'set } = place;');
  });

  it('leaves the rest of a line that has one', () => {
    const line = '  const { text, offset } = place;\n';
    const predictor = predicting(`${line}${line}${line}`);
    assert.equal(predictAt(predictor, '  const { text, off¦ };')?.text, 'set');
  });

  it('takes white space as it is', () => {
    const line = 'if  (a.isReady)\t{ // so\n';
    const predictor = predicting(line + line + line);
    assert.equal(predictAt(predictor, 'if  (a.isRe¦')?.text, 'ady)\t{ // so');
    const other = predictAt(predictor, 'if (a.isRe¦')?.text;
    assert.notEqual(other, 'ady)\t{ // so');
  });

  it('says nothing where anything may follow', () => {
    const predictor = predicting('a.first();\na.second();\na.third();\n');
    assert.equal(predictAt(predictor, 'a.¦'), undefined);
    assert.equal(predictAt(predictor, '¦'), undefined);
  });

  it('says nothing within a word', () => {
    assert.equal(predictAt(predicting(calls), 'registry.re¦t'), undefined);
  });

  it('says nothing of what it has not read', () => {
    assert.equal(predictAt(predicting(), 'registry.re¦'), undefined);
    assert.equal(predictAt(predicting(calls), 'elsewhere.zz¦'), undefined);
  });

  it('learns from files of the same kind', () => {
    const predictor = predicting(calls);
    assert.equal(predictAt(predictor, 'registry.re¦', 'javascriptreact')?.text, 'gister');
  });

  it('does not take the line that is being written for a habit', () => {
    const predictor = createLocalPredictor();
    const { documentId } = placeAt('¦');
    predictor.learn(documentId, 'typescript', 'obscureName.thing\n');
    assert.equal(predictAt(predictor, 'obscureName.th¦'), undefined);
  });

  it('forgets a closed file', () => {
    const predictor = predicting(calls);
    predictor.forget('file:///open/0');
    assert.equal(predictAt(predictor, 'registry.re¦'), undefined);
  });

  it('follows a file that changes', () => {
    const predictor = predicting(calls);
    predictor.learn('file:///open/0', 'typescript', calls.replaceAll('register', 'remember'));
    assert.equal(predictAt(predictor, 'registry.re¦')?.text, 'member');
  });

  it('is right on a file that it has not seen, most of the times that it says something', () => {
    const folder = join(repositoryDir, 'src/core/model');
    const files = [
      'request.ts',
      'wire.ts',
      'transport.ts',
      'gateway.ts',
      'terminal.ts',
      'attempt.ts',
    ];
    const predictor = predicting(...files.map((file) => readFileSync(join(folder, file), 'utf8')));
    const unseen = readFileSync(join(folder, 'answerStream.ts'), 'utf8');
    let offered = 0;
    let right = 0;
    for (const { index } of unseen.matchAll(/(?<![\w$])[A-Za-z_$][\w$]{3,}/g)) {
      const offset = index + 2;
      const text = unseen.slice(0, offset);
      const place = { ...placeAt('¦'), text, offset };
      const guess = predictor.predict(place)?.text;
      offered += Number(guess !== undefined);
      right += Number(guess !== undefined && unseen.startsWith(guess, offset));
    }
    assert.ok(offered >= 50, `${offered} offered`);
    assert.ok(right / offered >= 0.75, `${right} of ${offered}`);
  });
});

describe('LineMemory', () => {
  /** What can be found of some pairs, and how much is kept. */
  function contents(memory: LineMemory): readonly unknown[] {
    const { vocabulary } = memory;
    const pairs = ['a', 'b', 'c', '(', ')', ';', ' '].flatMap((first) =>
      ['a', 'b', 'c', '(', ')', ';', ' '].map((second) => {
        const after = [...memory.after(vocabulary.find(first), vocabulary.find(second))];
        return after.map(({ line, at }) => vocabulary.text(line.tokens[at] ?? 1)).sort();
      }),
    );
    return [memory.size, vocabulary.size, ...pairs];
  }

  it('is after any edits as if the text had been learned at once', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      return Math.floor((state / 4_294_967_296) * below);
    };
    const letters = ['a', 'b', 'c', '(', ')', ';', ' ', '\n', '\n', '\r\n'];
    const some = (): string =>
      Array.from({ length: random(12) }, () => letters[random(10)]).join('');
    const edited = new LineMemory();
    let text = '\na(b);\n';
    for (let round = 0; round < 400; round += 1) {
      const start = random(text.length + 1);
      text = text.slice(0, start) + some() + text.slice(start + random(8));
      edited.learn('x', 'c', text);
      const fresh = new LineMemory();
      fresh.learn('x', 'c', text);
      assert.deepEqual(contents(edited), contents(fresh), JSON.stringify(text));
    }
  });

  it('keeps nothing of what it forgot', () => {
    const memory = new LineMemory();
    memory.learn('x', 'c', 'first(second);\n'.repeat(20));
    memory.learn('x', 'c', 'third;\n');
    memory.forget('x');
    assert.deepEqual([memory.size, memory.vocabulary.size], [0, 0]);
  });

  it('forgets the files that were learned longest ago where they become too many', () => {
    const memory = new LineMemory();
    const text = 'alpha beta gamma delta;\n'.repeat(2_000);
    for (let file = 0; file < 60; file += 1) {
      memory.learn(`${file}`, 'c', text);
    }
    assert.ok(memory.size <= 120_000, `${memory.size}`);
    assert.equal(memory.lineAt('0', 0), undefined);
    assert.ok(memory.lineAt('59', 0));
  });

  it('leaves out what nobody writes by hand', () => {
    const memory = new LineMemory();
    memory.learn('x', 'c', 'long = 1;\n'.repeat(30_000));
    assert.equal(memory.size, 0);
    memory.learn('y', 'c', `${'x'.repeat(5_000)} = 1;`);
    assert.equal(memory.size, 2, 'an empty line in its place');
  });
});
