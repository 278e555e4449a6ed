import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { CodePainter } from '../../markdown/colours/codePainter.ts';
import type { ExtrasLoader } from '../extrasLoader.ts';
import type { Panel } from '../panel.ts';
import type { PanelActions } from '../panelActions.ts';
import type { Frames } from '../state/frames.ts';

/** What components reach for instead of passing it down ten levels. */
export interface PanelServices {
  readonly panel: Panel;
  readonly actions: PanelActions;
  readonly frames: Frames;
  readonly painter: CodePainter;
  readonly extras: ExtrasLoader;
}

export const PanelContext = createContext<PanelServices | undefined>(undefined);

/** The services of the panel a component is drawn in. */
export function usePanel(): PanelServices {
  const services = useContext(PanelContext);
  if (!services) {
    throw new Error('This component was drawn outside a panel.');
  }
  return services;
}
