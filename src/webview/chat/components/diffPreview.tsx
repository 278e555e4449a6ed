import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { baseName } from '../text/format.ts';
import { type DiffLine, readDiff } from '../text/unifiedDiff.ts';
import { ScrollRegion } from './scrollRegion.tsx';

/** Lines drawn before "Show all": about two screens, the rest is better read in the diff editor. */
const shownLines = 80;

const signs: Record<DiffLine['kind'], string> = { added: '+', removed: '-', same: ' ', hunk: '' };

interface DiffPreviewProps {
  readonly path: string;
  readonly diff: string;
  readonly onOpen: () => void;
}

/** A unified diff of one file, with the way to VS Code's own diff editor. */
export function DiffPreview({ path, diff, onOpen }: DiffPreviewProps): JSX.Element {
  const isWhole = useSignal(false);
  const { lines, added, removed } = useMemo(() => readDiff(diff), [diff]);
  const shown = isWhole.value ? lines : lines.slice(0, shownLines);
  return (
    <div class="diff">
      <div class="diff-header">
        <Icon name="diff" />
        <span class="diff-path" title={path}>
          {baseName(path)}
        </span>
        <span class="diff-count">
          <span class="diff-added-count">+{added}</span>{' '}
          <span class="diff-removed-count">-{removed}</span>
        </span>
        <button type="button" class="link-button" onClick={onOpen}>
          Open diff
        </button>
      </div>
      <ScrollRegion class="diff-lines" label={`Changes to ${baseName(path)}`}>
        <div class="diff-table">
          {shown.map((line, index) => (
            <Line key={index} line={line} isFirst={index === 0} />
          ))}
        </div>
      </ScrollRegion>
      {shown.length < lines.length && (
        <button type="button" class="link-button" onClick={() => (isWhole.value = true)}>
          Show all {lines.length} lines
        </button>
      )}
    </div>
  );
}

function Line({ line, isFirst }: { line: DiffLine; isFirst: boolean }): JSX.Element | null {
  if (line.kind === 'hunk') {
    // Above the first line there is nothing that was left out between two others.
    if (isFirst && line.text === '') {
      return null;
    }
    return <div class="diff-line diff-hunk">⋯ {line.text}</div>;
  }
  return (
    <div class={`diff-line diff-${line.kind}`}>
      <span class="diff-number" aria-hidden="true">
        {line.after ?? line.before}
      </span>
      <span class="diff-sign">{signs[line.kind]}</span>
      <span class="diff-text">{line.text}</span>
    </div>
  );
}
