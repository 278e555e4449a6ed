import { createHash } from 'node:crypto';

/** SHA-256 of bytes, or of a text as UTF-8; base64. */
export function contentHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64');
}
