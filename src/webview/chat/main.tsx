import { options, render } from 'preact';
import { systemClock } from '../../base/clock.ts';
import { ResourceManager } from '../../base/lifecycle.ts';
import type { HostEvent, HostRequests } from '../../shared/protocol.ts';
import { openHostChannel } from '../hostChannel.ts';
import { CodePainter } from '../markdown/colours/codePainter.ts';
import { App } from './components/app.tsx';
import { ExtrasLoader } from './extrasLoader.ts';
import { Panel } from './panel.ts';
import { PanelActions } from './panelActions.ts';
import { Frames } from './state/frames.ts';

const resources = new ResourceManager('panel', (error) => reportError(error));
const frames = new Frames(window);
// Rendering waits for the frame it is for: never more than once per frame, and not while hidden.
options.debounceRendering = (renderQueue) => frames.request(renderQueue);

const channel = resources.add(
  openHostChannel<HostRequests, HostEvent>((events) => panel.handleEvents(events)),
);
const panel = new Panel({
  request: (name, params, signal) => channel.client.request(name, params, signal),
  memory: channel.memory,
  clock: systemClock,
  resources,
});
frames.onDrawn = (durationMs) => panel.renderTrace.drawn(durationMs);
const actions = new PanelActions(panel);
const painter = resources.add(new CodePainter());
const extras = new ExtrasLoader();

const root = document.getElementById('root') ?? document.body;
render(<App services={{ panel, actions, frames, painter, extras }} />, root);

// The page may be taken away without a further word: what was typed is saved when it is hidden.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    void panel.run(() => panel.saveDraft());
  }
});
window.addEventListener('pagehide', () => void panel.run(() => panel.saveDraft()));

// What is not seen at first is fetched once there is nothing more urgent to do.
void panel.connect().then(() => requestIdleCallback(() => extras.load().catch(reportError)));
