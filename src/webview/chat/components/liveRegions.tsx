import type { JSX } from 'preact';
import { usePanel } from './panelContext.ts';

/** Where screen readers hear what happens; nothing to see. */
export function LiveRegions(): JSX.Element {
  const { announcer } = usePanel().panel;
  return (
    <div class="visually-hidden">
      <div aria-live="polite" data-announcements="polite">
        {announcer.polite.value}
      </div>
      <div aria-live="assertive" data-announcements="assertive">
        {announcer.assertive.value}
      </div>
    </div>
  );
}
