/**
 * The names of spans, which are also the operations that durations are measured by. Few and fixed: a
 * name never holds what differs from call to call.
 */
export const operation = {
  /** A user's message and everything until the assistant stops: the root in the chat. */
  turn: 'turn',
  /** Attachments are read, slash commands expanded, the history loaded. */
  messagePrepare: 'message.prepare',
  /** The model's profile, the thread's record, and the first writes. */
  turnBegin: 'turn.begin',
  turnEnd: 'turn.finish',
  /** What is sent: measured, and trimmed or summarized where it must be. */
  contextAssemble: 'context.assemble',
  contextSummarize: 'context.summarize',
  /** What came of an answer is kept and shown. */
  answerKeep: 'answer.keep',
  tools: 'tools',
  /** One call of the agent; its name in the span adds the tool's, by the GenAI conventions. */
  tool: 'execute_tool',
  /** The input is checked, and what the call would do is worked out. */
  toolPrepare: 'tool.prepare',
  editMatch: 'edit.match',
  approvalWait: 'approval.wait',
  /** Files are kept as they are before a call changes them. */
  checkpointKeep: 'checkpoint.keep',
  toolRun: 'tool.run',
  /** The output is shortened and instructions are added. */
  toolFinish: 'tool.finish',
  /** One logical call to a model, retries included. Its name in the span adds the model. */
  request: 'chat',
  budget: 'budget',
  route: 'route',
  singleFlight: 'single_flight.wait',
  cacheLookup: 'cache.lookup',
  /** One tier of the cache, below the lookup. */
  cacheTier: 'cache.tier',
  queue: 'queue.wait',
  admit: 'budget.admit',
  /** The endpoint is chosen and the SDK's chunk loaded. */
  connect: 'connect',
  /** The socket is there and the request is written, until the answer's headers. */
  send: 'http.send',
  firstToken: 'first_token.wait',
  stream: 'stream',
  retryWait: 'retry.wait',
  /** Answers without a model: offline, or the editor's own. */
  answer: 'answer',
  /** From a key to its completions: the root where they are not known at once. */
  completion: 'completion',
  /** What is kept is read, and what is under way waited for. */
  completionKnown: 'completion.known',
  completionWait: 'completion.wait',
  /** One request for a completion, which may serve several keys. */
  completionAsk: 'completion.ask',
  completionShape: 'completion.shape',
  debounce: 'debounce',
  /** From the user's choice to the edit that was applied: roots, one for each kind of action. */
  editInPlace: 'action.edit',
  fixProblem: 'action.fix',
  commitMessage: 'action.commit_message',
  suggestNames: 'action.rename',
  /** What is meant is found and read, and the model chosen. */
  actionGather: 'action.gather',
  /** Long changes are read in parts, by requests that serve others, too. */
  actionNotes: 'action.notes',
  /** The answer is put into the text. */
  actionApply: 'action.apply',
  /** The user is asked for words or a choice. */
  userInput: 'user.input',
  /** A task over many files, from the user's choice to its last answer: a root in each window. */
  bulkJob: 'bulk.job',
  bulkPrepare: 'bulk.prepare',
  bulkSubmit: 'bulk.submit',
  /** A batch is looked for of which nobody knows whether it arrived. */
  bulkFind: 'bulk.find',
  /** The provider works on batches: its time. */
  bulkWait: 'bulk.wait',
  /** Nothing can be done for now, as where no server answers. */
  bulkPause: 'bulk.pause',
  bulkPoll: 'bulk.poll',
  bulkRead: 'bulk.read',
  /** Files are asked about one by one, where there are no batches. */
  bulkAsk: 'bulk.ask',
  /** The user looks at an answer, and it is applied. */
  bulkApply: 'bulk.apply',
  databaseCommit: 'database.commit',
  databaseRead: 'database.read',
  teamRead: 'team.read',
  teamWrite: 'team.write',
  teamAnalytics: 'team.analytics',
  /** A command's message needs a thread and the panel in view. */
  panelReveal: 'panel.reveal',
  /** In the webview: from the key that sends until the answer is on the screen. The turn is in it. */
  panelTurn: 'panel.turn',
  /** From the key that sends until the page hears of the turn. */
  panelSend: 'panel.send',
  /** From the end of the turn to the frame that shows it; what all frames took is in it. */
  panelRender: 'panel.render',
} as const;

/** The name of a span without the model, which has a field of its own; tools keep theirs. */
export function operationOf(spanName: string): string {
  return spanName.startsWith(requestPrefix) ? operation.request : spanName;
}

const requestPrefix = `${operation.request} `;
