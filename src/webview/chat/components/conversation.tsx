import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import type { Message } from '../state/messages.ts';
import { AssistantMessageArticle } from './assistantMessage.tsx';
import { handleContentClick } from './contentClicks.ts';
import { EmptyState } from './emptyState.tsx';
import { Later } from './later.tsx';
import { usePanel } from './panelContext.ts';
import { RestoredLine } from './restoredLine.tsx';
import { ScrollFollower } from './scrollFollower.ts';
import { SummaryLine } from './summaryLine.tsx';
import { UserMessageArticle } from './userMessage.tsx';

/** Earlier messages are asked for when the top is this near: a screen ahead. */
const earlierMargin = '600px 0px 0px 0px';

/** The messages of the thread, following their end. */
export function Conversation(): JSX.Element {
  const { panel, actions } = usePanel();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follower = useSignal<ScrollFollower | undefined>(undefined);
  const messages = panel.thread.messages.value;
  const isEmpty = messages.length === 0 && !actions.isHelpShown.value;
  useFollower(scroller, content, follower);
  usePosition(scroller, messages, follower.value);
  return (
    <div class="conversation-place">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: what is clicked are links and buttons, which have their keys. */}
      <div
        class="conversation"
        ref={scroller}
        role="log"
        aria-label="Conversation"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
        tabIndex={0}
        onClick={(event) => handleContentClick(event, actions)}
      >
        <div class="messages" ref={content}>
          {panel.thread.hasEarlier.value && <EarlierMessages scroller={scroller} />}
          <MessageList messages={messages} summaryBefore={panel.thread.summaryBefore.value} />
          <RestoredLine />
          {isEmpty && <EmptyState />}
          {actions.isHelpShown.value && <Later>{({ HelpCard }) => <HelpCard />}</Later>}
        </div>
      </div>
      {follower.value && <JumpButton follower={follower.value} />}
    </div>
  );
}

interface MessageListProps {
  readonly messages: readonly Message[];
  /** The id of the message that the summary of earlier ones stands before. */
  readonly summaryBefore: string | undefined;
}

/** Articles are drawn once: a message is one object for as long as it is shown. */
function MessageList({ messages, summaryBefore }: MessageListProps): JSX.Element {
  const drawn = useRef(new WeakMap<Message, JSX.Element>());
  const articles = messages.map((message) => {
    const article = drawn.current.get(message) ?? createArticle(message);
    drawn.current.set(message, article);
    return message.id === summaryBefore ? [<SummaryLine key="summary" />, article] : article;
  });
  return <>{articles}</>;
}

function createArticle(message: Message): JSX.Element {
  return message.role === 'user' ? (
    <UserMessageArticle key={message.id} message={message} />
  ) : (
    <AssistantMessageArticle key={message.id} message={message} />
  );
}

function JumpButton({ follower }: { follower: ScrollFollower }): JSX.Element | null {
  if (follower.isFollowing.value) {
    return null;
  }
  return (
    <button type="button" class="jump-button" onClick={() => follower.jump()}>
      <Icon name="arrow-down" /> Jump to latest
    </button>
  );
}

type ElementRef = { readonly current: HTMLElement | null };

/** Follows the end of the thread that is shown, and remembers where it was left. */
function useFollower(
  scroller: ElementRef,
  content: ElementRef,
  target: { value: ScrollFollower | undefined },
): void {
  const { panel } = usePanel();
  const threadId = panel.thread.id.value;
  useLayoutEffect(() => {
    if (!scroller.current || !content.current) {
      return undefined;
    }
    const follower = new ScrollFollower(scroller.current, content.current);
    const remembered = panel.memory.read();
    follower.restore(remembered?.threadId === threadId ? remembered.distanceFromEnd : 0);
    target.value = follower;
    const remember = (): void =>
      panel.memory.write({ threadId, distanceFromEnd: follower.distanceFromEnd });
    const element = scroller.current;
    element.addEventListener('scrollend', remember);
    return () => {
      element.removeEventListener('scrollend', remember);
      follower.dispose();
    };
  }, [threadId]);
}

/** Keeps what is being read in its place when earlier messages come in, and goes to a new turn. */
function usePosition(
  scroller: ElementRef,
  messages: readonly Message[],
  follower: ScrollFollower | undefined,
): void {
  const threadId = usePanel().panel.thread.id.value;
  const before = useRef({ threadId, firstId: '', lastId: '', fromEnd: 0 });
  const element = scroller.current;
  if (element) {
    before.current.fromEnd = element.scrollHeight - element.scrollTop;
  }
  useLayoutEffect(() => {
    const firstId = messages[0]?.id ?? '';
    const lastId = messages.at(-1)?.id ?? '';
    const kept = before.current;
    const isSameThread = kept.threadId === threadId && kept.lastId !== '';
    if (isSameThread && kept.lastId !== lastId) {
      follower?.jump();
    } else if (isSameThread && kept.firstId !== firstId && scroller.current) {
      scroller.current.scrollTop = scroller.current.scrollHeight - kept.fromEnd;
    }
    before.current = { threadId, firstId, lastId, fromEnd: 0 };
  }, [messages]);
}

/** Asks for earlier messages when it comes into view, or when it is pressed. */
function EarlierMessages({ scroller }: { scroller: ElementRef }): JSX.Element {
  const { panel, actions } = usePanel();
  const button = useRef<HTMLButtonElement>(null);
  const count = panel.thread.messages.value.length;
  useEffect(() => {
    if (!button.current) {
      return undefined;
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) {
          void actions.loadEarlier();
        }
      },
      { root: scroller.current, rootMargin: earlierMargin },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [actions, count]);
  return (
    <button
      type="button"
      class="link-button earlier-button"
      ref={button}
      onClick={() => void actions.loadEarlier()}
    >
      Show earlier messages
    </button>
  );
}
