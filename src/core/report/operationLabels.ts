import { operation } from '../telemetry/spanNames.ts';

/** What operations are called where the user reads of them. */
const labels: ReadonlyMap<string, string> = new Map([
  [operation.turn, 'Chat turn'],
  [operation.messagePrepare, 'Preparing the message'],
  [operation.turnBegin, 'Beginning the turn'],
  [operation.turnEnd, 'Ending the turn'],
  [operation.contextAssemble, 'Putting the context together'],
  [operation.contextSummarize, 'Summarizing earlier messages'],
  [operation.answerKeep, 'Keeping the answer'],
  [operation.tools, 'Tools of one round'],
  [operation.toolPrepare, 'Checking a tool’s input'],
  [operation.editMatch, 'Matching an edit'],
  [operation.approvalWait, 'Waiting for your approval'],
  [operation.toolRun, 'Running a tool'],
  [operation.toolFinish, 'Shortening a tool’s output'],
  [operation.request, 'Request to a model'],
  [operation.budget, 'Estimating the cost'],
  [operation.route, 'Choosing the model'],
  [operation.singleFlight, 'Waiting for an equal request'],
  [operation.cacheLookup, 'Looking in the answer cache'],
  [operation.cacheTier, 'Looking in one cache tier'],
  [operation.queue, 'Waiting in the queue'],
  [operation.admit, 'Entering the cost in the ledger'],
  [operation.connect, 'Connecting'],
  [operation.send, 'Sending the request'],
  [operation.firstToken, 'Waiting for the first word'],
  [operation.stream, 'Receiving the answer'],
  [operation.retryWait, 'Waiting to try again'],
  [operation.answer, 'Answering without a provider'],
  [operation.completion, 'Completion'],
  [operation.checkpointKeep, 'Keeping files as they were'],
  [operation.completionKnown, 'Looking for a known completion'],
  [operation.completionWait, 'Waiting for a completion under way'],
  [operation.completionAsk, 'Asking for a completion'],
  [operation.completionShape, 'Making a completion of the answer'],
  [operation.debounce, 'Pausing before asking'],
  [operation.editInPlace, 'Edit in place'],
  [operation.fixProblem, 'Fixing a problem'],
  [operation.commitMessage, 'Commit message'],
  [operation.suggestNames, 'Renaming'],
  [operation.actionGather, 'Looking at what is meant'],
  [operation.actionNotes, 'Reading a long change in parts'],
  [operation.actionApply, 'Applying the edit'],
  [operation.userInput, 'Waiting for your word'],
  [operation.bulkJob, 'Task over many files'],
  [operation.bulkPrepare, 'Looking at the files'],
  [operation.bulkSubmit, 'Sending a batch'],
  [operation.bulkFind, 'Looking for a batch that may have arrived'],
  [operation.bulkWait, 'Waiting for the provider’s batch'],
  [operation.bulkPause, 'Waiting to go on with the task'],
  [operation.bulkPoll, 'Asking how far batches are'],
  [operation.bulkRead, 'Reading the answers of a batch'],
  [operation.bulkAsk, 'Asking about files one by one'],
  [operation.bulkApply, 'Applying an answer'],
  [operation.databaseCommit, 'Writing to the database'],
  [operation.databaseRead, 'Reading from the database'],
  [operation.teamRead, 'Reading from the team’s database'],
  [operation.teamWrite, 'Writing to the team’s database'],
  [operation.teamAnalytics, 'Adding up in the team’s database'],
  [operation.panelReveal, 'Bringing the panel to the front'],
  [operation.panelTurn, 'Chat turn with the panel'],
  [operation.panelSend, 'From the panel to the host'],
  [operation.panelRender, 'Drawing in the panel'],
]);

const toolPrefix = `${operation.tool} `;
const requestPrefix = `${operation.request} `;

/** The user's name for a span or an operation; its own where it has none. */
export function labelOf(name: string): string {
  if (name.startsWith(toolPrefix)) {
    return `Tool ${name.slice(toolPrefix.length)}`;
  }
  const known = labels.get(name.startsWith(requestPrefix) ? operation.request : name);
  return known ?? name;
}

const surfaces: ReadonlyMap<string, string> = new Map([
  ['chat', 'Chat'],
  ['completion', 'Completion'],
  ['codeAction', 'Code action'],
  ['summary', 'Summary'],
  ['commitMessage', 'Commit message'],
  ['bulk', 'Bulk job'],
]);

/** The user's name for a surface; a dash for none. */
export function surfaceLabel(surface: string): string {
  return surface === '' ? '–' : (surfaces.get(surface) ?? surface);
}
