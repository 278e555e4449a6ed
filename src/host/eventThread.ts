import type { HostEvent } from '../shared/protocol.ts';

/** The thread that an event is about, and of no meaning where another is shown; undefined for none. */
export function threadOf(event: HostEvent): string | undefined {
  if (event.type === 'thread/opened') {
    return event.thread.id;
  }
  return 'threadId' in event ? event.threadId : undefined;
}
