import * as vscode from 'vscode';
import type { BulkItem, BulkJob } from '../../core/model/batches/bulkJob.ts';
import { jobTitle } from './bulkPlan.ts';

/** One file of a job with its answer. */
export interface AnsweredItem {
  readonly item: BulkItem;
  readonly displayPath: string;
  readonly answer: string | undefined;
}

/** All answers of a job as one markdown document: by file, what failed last. */
export function bulkReport(job: BulkJob, items: readonly AnsweredItem[], model: string): string {
  const day = new Date(job.createdAtMs).toLocaleDateString();
  const answered = items.filter(({ answer }) => answer !== undefined);
  const failed = items.filter(({ item }) => item.problem !== undefined);
  const parts = [
    `# ${jobTitle(job.task, job.counts.total)}`,
    `${model}, ${day}. The paths and lines below are links.`,
    ...answered.map(({ displayPath, answer = '' }) => `## ${displayPath}\n\n${lower(answer)}`),
  ];
  if (failed.length > 0) {
    const lines = failed.map(({ displayPath, item }) => `- ${displayPath}: ${item.problem}`);
    parts.push(`## Files without an answer\n\n${lines.join('\n')}`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Headings of an answer go below the file's own. */
function lower(answer: string): string {
  return answer.trim().replace(/^#{1,4}(?= )/gm, '##$&');
}

/** A path, and a line after it where there is one. */
const reference = /[\w@.+()[\]/\\-]+(?::(\d+))?/g;

/** Makes the paths of a job's files in its report into links, with their lines. */
export class BulkReportLinks implements vscode.DocumentLinkProvider {
  private readonly uris = new Map<string, ReadonlyMap<string, vscode.Uri>>();

  /** @param name Of the report. @param uris Of the files, by their shown paths. */
  set(name: string, uris: ReadonlyMap<string, vscode.Uri>): void {
    this.uris.set(`/${name}.md`, uris);
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const uris = this.uris.get(document.uri.path);
    if (!uris) {
      return [];
    }
    const links: vscode.DocumentLink[] = [];
    for (const match of document.getText().matchAll(reference)) {
      const [text, line] = match;
      const path = line === undefined ? text : text.slice(0, -line.length - 1);
      const uri = uris.get(path);
      if (uri) {
        const range = new vscode.Range(
          document.positionAt(match.index),
          document.positionAt(match.index + text.length),
        );
        const target = line === undefined ? uri : uri.with({ fragment: `L${line}` });
        links.push(new vscode.DocumentLink(range, target));
      }
    }
    return links;
  }
}
