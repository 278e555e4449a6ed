/** Text of so many bytes that does not shrink. */
export function noise(bytes: number, seed: number): string {
  let state = seed;
  return Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(33 + ((state >>> 8) % 90));
  }).join('');
}
