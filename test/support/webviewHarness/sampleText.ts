const fence = '```';

/** An answer with most of what markdown has, for looking at. */
export const richAnswer = `## What is wrong

The total in \`src/cart.ts:42\` adds the discount **after** rounding, so a cart of three items is off by a cent. Two more places do the same:

1. \`applyCoupon\` in [src/coupon.ts](src/coupon.ts#L18)
2. \`estimateShipping\`, which also ignores \`$FREE_SHIPPING\`
   - see https://example.com/docs/shipping_(rates)

${fence}ts src/cart.ts
/** The price of everything in the cart, in cents. */
export function total(items: readonly Item[], discount = 0.1): number {
  const sum = items.reduce((all, item) => all + item.price * item.count, 0);
  return Math.round(sum * (1 - discount)); // round once, at the end
}
${fence}

| Case | Before | After |
|:-----|-------:|------:|
| 3 × 0.99, 10 % off | 2.68 | **2.67** |
| empty cart | 0 | 0 |

> Rounding twice is the classic way to lose a cent.

- [x] round once
- [ ] add a test for \`total\`

Run it with:

${fence}sh
npm test -- --grep "cart" | tee out.log
${fence}

I left \`<script>alert(1)</script>\` in the template alone; [this link](javascript:alert(1)) goes nowhere.
`;

/** Markdown of a size, with prose, lists, tables and code in turn. */
export function longMarkdown(length: number): string {
  let text = '';
  for (let section = 1; text.length < length; section += 1) {
    text += `## Section ${section}

Some **prose** about part ${section}, with \`code\`, a [link](src/part${section}.ts:${section}) and a few more words so that the paragraph is as long as paragraphs tend to be in answers about code.

- first point of ${section}
- second point with *emphasis*
  - a nested one

${fence}ts
export function part${section}(input: string): number {
  const pieces = input.split(','); // comma separated
  return pieces.map((piece) => Number(piece)).reduce((sum, value) => sum + value, ${section});
}
${fence}

| name | value |
|---|---|
| part | ${section} |

`;
  }
  return text.slice(0, length);
}
