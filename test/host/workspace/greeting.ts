/** Says hello. The tests read, change and break this file in their own copy. */
export function greet(name: string): string {
  return `Hello, ${name}!`;
}

export function greetAll(names: readonly string[]): string[] {
  return names.map(greet);
}
