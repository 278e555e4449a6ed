import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  definitionOn,
  outlineOf,
  regionEnd,
  type SourceLine,
  summaryOf,
} from '../../../../../src/core/model/offline/symbols.ts';

function linesOf(text: string): readonly SourceLine[] {
  return text.split('\n').map((line, index) => ({ number: index + 1, text: line }));
}

/** An outline in lines of `depth kind name:line`. */
function show(path: string, text: string): readonly string[] {
  return outlineOf(linesOf(text), path).map(
    ({ depth, kind, name, line }) => `${depth} ${kind} ${name}:${line}`,
  );
}

const outlines: readonly (readonly [path: string, text: string, outline: readonly string[]])[] = [
  [
    'a.ts',
    `import { x } from './x.ts';
/**
 * class NotThis {
 */
export const limit = 3;
export type Name<T> = string | T;
export interface Shape {
  area(): number;
  readonly side: number;
}
export default class Cart<T> extends Base {
  #lines = [];
  constructor(private readonly x: number) {
    super();
    if (x) {
      call(x);
    }
  }
  static async *add<K>(
    key: K,
  ): void {
    const local = 1;
    for (const one of all) {
      one.run();
    }
  }
  get size(): number { }
  handle = (event) => {
    describe('x', () => {
    });
  };
}
enum Kind { A }
export async function load(path: string): Promise<void> {
  const inner = () => 1;
  return inner();
}
const arrow = async (x) => x;
const made = create(1);
`,
    [
      '0 constant limit:5',
      '0 type Name:6',
      '0 interface Shape:7',
      '1 method area:8',
      '0 class Cart:11',
      '1 method constructor:13',
      '1 method add:19',
      '1 method size:27',
      '1 method handle:28',
      '0 enum Kind:33',
      '0 function load:34',
      '1 function inner:35',
      '0 function arrow:38',
      '0 constant made:39',
    ],
  ],
  [
    'a.py',
    `MAX_SIZE = 3
class Cart(Base):
    """A cart.
    def not_this(self):
    """
    def add(self, item):
        if item:
            print(item)

    async def load(self): pass
def main():
    pass
`,
    [
      '0 constant MAX_SIZE:1',
      '0 class Cart:2',
      '1 function add:6',
      '1 function load:10',
      '0 function main:11',
    ],
  ],
  [
    'a.go',
    `package main
type Cart struct {
}
func (c *Cart) Add(item string) error {
	return nil
}
func main() {
}
var limit = 3
`,
    ['0 type Cart:2', '0 method Add:4', '0 function main:7', '0 constant limit:9'],
  ],
  [
    'a.rs',
    `pub struct Cart {
}
impl<T> Shape for Cart {
    pub(crate) async fn add(&self) {
    }
}
pub trait Shape {
    fn area(&self) -> f64;
}
macro_rules! sum { }
pub const LIMIT: u32 = 3;
mod inner;
`,
    [
      '0 struct Cart:1',
      '0 implementation Cart:3',
      '1 function add:4',
      '0 trait Shape:7',
      '1 function area:8',
      '0 macro sum:10',
      '0 constant LIMIT:11',
      '0 module inner:12',
    ],
  ],
  [
    'Cart.java',
    `public final class Cart {
    private int count;
    public Cart(int count) {
        this.count = count;
    }
    @Override
    public List<String> items() throws IOException {
        return new ArrayList<>();
    }
    interface Listener { void changed(Cart cart); }
}
`,
    ['0 class Cart:1', '1 method Cart:3', '1 method items:7', '1 interface Listener:10'],
  ],
  [
    'Cart.cs',
    `namespace Shop
{
    public record Line(string Id);
    internal sealed class Cart
    {
        public async Task<int> AddAsync(string id)
        {
            return await store.Get(id);
        }
    }
}
`,
    ['0 namespace Shop:1', '1 record Line:3', '1 class Cart:4', '2 method AddAsync:6'],
  ],
  [
    'a.cpp',
    `#include <x>
#define LIMIT 3
namespace shop {
class Cart {
  void add(int x);
};
}
int Cart::count() const {
  return size(3);
}
static char *name(void)
{
}
typedef struct { int x; } Point;
`,
    [
      '0 macro LIMIT:2',
      '0 namespace shop:3',
      '0 type Cart:4',
      '1 method add:5',
      '0 function count:8',
      '0 function name:11',
      '0 type Point:14',
    ],
  ],
  [
    'a.rb',
    `module Shop
  class Cart < Base
    LIMIT = 3
    def self.empty?
    end
    def add(item)
    end
  end
end
`,
    [
      '0 module Shop:1',
      '1 class Cart:2',
      '2 constant LIMIT:3',
      '2 method empty?:4',
      '2 method add:6',
    ],
  ],
  [
    'a.php',
    `<?php
final class Cart {
    public const LIMIT = 3;
    public static function add(Item $item): void {
    }
}
function total() {}
`,
    ['0 class Cart:2', '1 constant LIMIT:3', '1 function add:4', '0 function total:7'],
  ],
  [
    'README.md',
    '# Shop\n```\n# not this\n```\n## Use `it`\n#### Deep\n',
    ['0 heading Shop:1', '1 heading Use `it`:5'],
  ],
  ['data.json', '{ "class": "Cart" }', []],
];

describe('outlineOf', () => {
  for (const [path, text, outline] of outlines) {
    it(`finds what ${path} defines`, () => {
      assert.deepEqual(show(path, text), outline);
    });
  }

  it('is done with any line of any language at once', () => {
    const paths = outlines.map(([path]) => path);
    const hard = [
      'a *',
      '<',
      '(',
      'a,',
      'x ',
      '\t',
      'pub ',
      '@a(',
      'a::',
      '"""',
      '[',
      '{',
      'static ',
      '= (',
    ];
    for (const path of paths) {
      for (const part of hard) {
        outlineOf(linesOf(part.repeat(700)), path);
        outlineOf(linesOf(`  public ${part.repeat(700)}!`), path);
      }
    }
    const anyLine = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.array(anyLine), (path, texts) => {
        const lines = linesOf(texts.join('\n'));
        for (const symbol of outlineOf(lines, path)) {
          assert.ok(regionEnd(lines, symbol.line) >= symbol.line);
          summaryOf(lines, symbol.line);
        }
      }),
    );
  });
});

describe('definitionOn', () => {
  it('tells definitions from uses', () => {
    const uses = ['add(x);', '  if (add) {', 'return add(1)', '// function add() {', 'x.add(y, {'];
    for (const text of [...uses, 'import { add } from "x"', 'while (add(x)) {', 'new Cart() {']) {
      assert.equal(definitionOn(text, 'a.ts'), undefined, text);
    }
    assert.equal(definitionOn('  async add(x) {', 'a.ts')?.name, 'add');
    assert.equal(definitionOn('const add = (x) => x', 'a.tsx')?.name, 'add');
    assert.equal(definitionOn('# def add():', 'a.py'), undefined);
  });
});

describe('regionEnd', () => {
  it('ends with the bracket or word that closes, or before what follows', () => {
    assert.equal(regionEnd(linesOf('function a(\n  x,\n) {\n  b();\n}\n\nc();'), 1), 5);
    assert.equal(regionEnd(linesOf('def a():\n    b()\n\n    c()\n\nd()'), 1), 4);
    assert.equal(regionEnd(linesOf('def a\n  b\nend\nc'), 1), 3);
    assert.equal(regionEnd(linesOf('void a()\n{\n  b();\n}\nc'), 1), 4);
    assert.equal(regionEnd(linesOf('const a = 1;\nb'), 1), 1);
    assert.equal(regionEnd([], 4), 4);
  });
});

describe('summaryOf', () => {
  it('reads the first sentence of the comment above or the doc string below', () => {
    assert.equal(summaryOf(linesOf('/**\n * Adds. And more.\n * @param x\n */\nf'), 5), 'Adds.');
    assert.equal(summaryOf(linesOf('// Adds two\n// numbers.\nf'), 3), 'Adds two numbers.');
    assert.equal(summaryOf(linesOf('# Adds\n@cached\ndef f():'), 3), 'Adds');
    assert.equal(summaryOf(linesOf('def f():\n    """Adds. More."""'), 1), 'Adds.');
    assert.equal(summaryOf(linesOf('// Far\n\nf'), 3), undefined);
    assert.equal(summaryOf(linesOf('f'), 1), undefined);
  });
});
