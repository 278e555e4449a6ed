import type { HostEvent } from '../../../shared/protocol.ts';
import type { ThreadStatus, ThreadTeamView, TurnState } from '../../../shared/views.ts';
import type { Announcer } from './announcer.ts';
import type { Thread } from './thread.ts';

const endings: Record<TurnState, string> = {
  running: '',
  done: 'Answer complete.',
  stopped: 'Stopped.',
  failed: 'The answer failed.',
  interrupted: 'The answer was interrupted.',
};

/** Says to screen readers what an event of the shown thread means. */
export function announceEvent(event: HostEvent, thread: Thread, announcer: Announcer): void {
  switch (event.type) {
    case 'turn/started':
      announcer.reset();
      announcer.say('Slipstream is working.');
      break;
    case 'block/appended':
      if (thread.findBlock(event.messageId, event.blockId)?.type === 'text') {
        announcer.stream(event.text);
      }
      break;
    case 'block/added':
      if (event.block.type === 'text') {
        announcer.stream(event.block.text);
      } else if (event.block.type === 'tool' && event.block.approval) {
        announceApproval(event.block.title, announcer);
      }
      break;
    case 'tool/changed':
      if (event.changes.approval) {
        const block = thread.findBlock(event.messageId, event.blockId);
        announceApproval(block?.type === 'tool' ? block.card.peek().title : '', announcer);
      }
      break;
    case 'thread/refreshed':
      announcer.say('The thread was continued by others.');
      break;
    case 'thread/team':
      announceTeam(event.team, announcer);
      break;
    case 'thread/status':
      announceStatus(event.status, announcer);
      break;
    case 'turn/ended':
      announcer.finish([endings[event.state], event.notice?.text ?? ''].join(' ').trim());
      break;
    default:
      break;
  }
}

function announceTeam({ isShared }: ThreadTeamView, announcer: Announcer): void {
  announcer.say(isShared ? 'Shared with the team.' : 'No longer shared.');
}

function announceStatus({ phase }: ThreadStatus, announcer: Announcer): void {
  if (phase === 'compacting') {
    announcer.say('Summarizing earlier messages.');
  }
}

function announceApproval(title: string, announcer: Announcer): void {
  announcer.alert(`Slipstream asks for approval: ${title}. Alt+A goes to it.`);
}
