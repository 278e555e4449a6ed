import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Extras } from './extras.ts';
import { usePanel } from './panelContext.ts';

interface LaterProps {
  readonly children: (extras: Extras) => JSX.Element;
  /** Whether there is something to draw now; without it, there is for as long as this is drawn. */
  readonly when?: () => boolean;
  /** Told that what is needed could not be fetched, of which the user has been told. */
  readonly onFail?: () => void;
}

/** Draws with parts that are fetched later: nothing, until they are there. */
export function Later({ children, when = always, onFail }: LaterProps): JSX.Element | null {
  const { panel, extras } = usePanel();
  const isNeeded = when();
  useEffect(() => {
    if (isNeeded) {
      void panel
        .run(() => extras.load())
        .then(() => (extras.loaded.peek() ? undefined : onFail?.()));
    }
  }, [isNeeded]);
  return extras.loaded.value ? children(extras.loaded.value) : null;
}

function always(): boolean {
  return true;
}
