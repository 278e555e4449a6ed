import { render } from 'preact';
import { systemClock } from '../../base/clock.ts';
import { ResourceManager } from '../../base/lifecycle.ts';
import type { PerfRequests } from '../../shared/perf.ts';
import { openHostChannel } from '../hostChannel.ts';
import { App } from './components/app.tsx';
import { PerfPanel } from './perfPanel.ts';

const resources = new ResourceManager('performance', (error) => reportError(error));
const channel = resources.add(openHostChannel<PerfRequests, never>(() => undefined));
const panel = new PerfPanel({
  request: (name, params) => channel.client.request(name, params),
  clock: systemClock,
});
resources.add(panel);

render(<App panel={panel} />, document.getElementById('root') ?? document.body);

// Nothing is asked for and nothing is drawn while nobody looks.
document.addEventListener('visibilitychange', () => panel.setVisible(!document.hidden));
panel.setVisible(!document.hidden);
