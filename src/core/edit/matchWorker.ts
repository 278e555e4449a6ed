/** The entry of the worker that matches edits in big files. */
import { serveRequests } from '../worker/workerServer.ts';
import type { MatchRequest } from './editMatcher.ts';
import { applyEdits } from './match.ts';

serveRequests(({ text, edits, matching }: MatchRequest) => applyEdits(text, edits, matching));
