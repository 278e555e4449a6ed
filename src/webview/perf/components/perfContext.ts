import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PerfPanel } from '../perfPanel.ts';

export const PerfContext = createContext<PerfPanel | undefined>(undefined);

/** The state of the panel that a component is drawn in. */
export function usePerf(): PerfPanel {
  const panel = useContext(PerfContext);
  if (!panel) {
    throw new Error('This component was drawn outside the performance panel.');
  }
  return panel;
}
