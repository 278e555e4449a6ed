import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import type { Suggestion, Suggestions } from '../state/suggestions.ts';
import { usePanel } from './panelContext.ts';

export function suggestionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

interface SuggestionListProps {
  readonly suggestions: Suggestions;
  readonly listId: string;
  readonly onPick: (suggestion: Suggestion) => void;
}

/** The popup above an input. The focus stays in the input; the chosen row is its active descendant. */
export function SuggestionList(props: SuggestionListProps): JSX.Element {
  const { suggestions, listId, onPick } = props;
  const { panel } = usePanel();
  const list = useRef<HTMLDivElement>(null);
  const items = suggestions.items.value;
  const active = suggestions.activeIndex.value;
  useEffect(() => {
    panel.announcer.say(`${items.length} suggestions`);
  }, [panel, items]);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div class="suggestions" role="listbox" id={listId} aria-label="Suggestions" ref={list}>
      {items.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the input, which has the focus.
        <div
          class={`suggestion ${index === active ? 'is-active' : ''}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          id={suggestionId(listId, index)}
          key={keyOf(suggestion)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(suggestion)}
        >
          <Row suggestion={suggestion} />
        </div>
      ))}
    </div>
  );
}

function Row({ suggestion }: { suggestion: Suggestion }): JSX.Element {
  if (suggestion.kind === 'command') {
    const { name, description } = suggestion.command;
    return (
      <>
        <span class="suggestion-label">/{name}</span>
        <span class="suggestion-detail">{description}</span>
      </>
    );
  }
  const { chip, detail, icon } = suggestion.item;
  return (
    <>
      <Icon name={icon} />
      <span class="suggestion-label">{chip.label}</span>
      <span class="suggestion-detail">{detail}</span>
    </>
  );
}

function keyOf(suggestion: Suggestion): string {
  if (suggestion.kind === 'command') {
    return suggestion.command.name;
  }
  const { kind, path, label, startLine } = suggestion.item.chip;
  return [kind, path, label, startLine].join('\n');
}
