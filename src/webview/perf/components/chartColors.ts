/** Colours of a chart, as the theme has them. */
export interface ChartColors {
  readonly text: string;
  readonly grid: string;
  readonly lines: readonly string[];
}

/** Names of VS Code's chart colours, the most telling ones first. Orange is faint or absent in some themes. */
const lineNames = ['blue', 'green', 'purple', 'yellow', 'red', 'orange'];

/** Lines differ by their dashes, too, for those who do not tell colours apart. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 2], [10, 4]];

export function chartColors(element: Element): ChartColors {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const text = read('--vscode-charts-foreground') || style.color;
  return {
    text,
    grid: read('--vscode-editorWidget-border') || read('--vscode-charts-lines') || text,
    lines: lineNames.map((name) => read(`--vscode-charts-${name}`) || text),
  };
}

export function dashOf(index: number): readonly number[] {
  return dashes[index % dashes.length] ?? [];
}
