import type { JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { Banners } from './banners.tsx';
import { Conversation } from './conversation.tsx';
import { focusApproval } from './focusApproval.ts';
import { Header } from './header.tsx';
import { Later } from './later.tsx';
import { LiveRegions } from './liveRegions.tsx';
import { MainComposer } from './mainComposer.tsx';
import { PanelContext, type PanelServices, usePanel } from './panelContext.ts';
import { StatusLine } from './statusLine.tsx';
import { ToastView } from './toastView.tsx';

/** The whole panel. */
export function App({ services }: { services: PanelServices }): JSX.Element {
  return (
    <PanelContext.Provider value={services}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a key for the whole panel. */}
      <div
        class="panel"
        onKeyDown={(event) => {
          // By code, because on a Mac this key with Alt writes another letter.
          if (event.altKey && event.code === 'KeyA' && focusApproval()) {
            event.preventDefault();
          }
        }}
      >
        <Content />
        <ToastView />
        <LiveRegions />
      </div>
    </PanelContext.Provider>
  );
}

function Content(): JSX.Element {
  const { panel } = usePanel();
  switch (panel.phase.value) {
    case 'connecting':
      return <div class="connecting" aria-busy="true" />;
    case 'failed':
      return <ConnectFailure />;
    case 'ready':
      return (
        <>
          <ThreadView />
          {panel.view.value === 'history' && <HistoryPlace />}
        </>
      );
  }
}

/** Kept while the history covers it: drawing a long thread anew would be felt. */
function ThreadView(): JSX.Element {
  const { panel, extras } = usePanel();
  // A history that is still being fetched covers nothing yet.
  const isCovered = panel.view.value === 'history' && extras.loaded.value !== undefined;
  return (
    <main class="thread" inert={isCovered}>
      <Header />
      <Banners />
      <Later when={() => panel.jobs.value.length > 0}>{({ JobStrip }) => <JobStrip />}</Later>
      <Conversation />
      <div class="bottom">
        <Later when={() => panel.reviewed.value.length > 0}>
          {({ ReviewList }) => <ReviewList />}
        </Later>
        <StatusLine />
        <MainComposer />
      </div>
    </main>
  );
}

function HistoryPlace(): JSX.Element {
  const { panel } = usePanel();
  return (
    <Later
      onFail={() => {
        panel.view.value = 'thread';
      }}
    >
      {({ HistoryView }) => <HistoryView />}
    </Later>
  );
}

function ConnectFailure(): JSX.Element {
  const { panel, actions } = usePanel();
  return (
    <div class="connect-failure" role="alert">
      <p>
        <Icon name="error" /> {panel.failure.value}
      </p>
      <div class="notice-actions">
        <button type="button" class="button button-primary" onClick={() => void panel.connect()}>
          Try again
        </button>
        <button
          type="button"
          class="button button-secondary"
          onClick={() => void actions.runAction('showLog')}
        >
          Show log
        </button>
      </div>
    </div>
  );
}
