import { open, readFile, stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import type { ImageMediaType } from '../model/message.ts';
import type { Target } from './target.ts';
import type { ToolOutput } from './tool.ts';

/** The provider takes 5 MB per image, counted in base64, which adds a third. */
const maxImageBytes = (5 * 1024 * 1024 * 3) / 4;

/** How each format begins. */
const signatures: readonly { readonly type: ImageMediaType; readonly start: RegExp }[] = [
  { type: 'image/png', start: /^\x89PNG\r\n/ },
  { type: 'image/jpeg', start: /^\xff\xd8\xff/ },
  { type: 'image/gif', start: /^GIF8[79]a/ },
  { type: 'image/webp', start: /^RIFF.{4}WEBP/s },
];

/** The kind of image that a file is by its first bytes, whatever its name; undefined for others. */
export async function imageTypeOf(path: string): Promise<ImageMediaType | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    return signatures.find((signature) => signature.start.test(start))?.type;
  } finally {
    await handle.close();
  }
}

/** An image as the model sees it. Throws `UserError` where it is too large. */
export async function readImage(target: Target, type: ImageMediaType): Promise<ToolOutput> {
  const { size } = await stat(target.path);
  if (size > maxImageBytes) {
    const limit = (maxImageBytes / 1_000_000).toFixed(1);
    throw new UserError(
      `${target.display} is an image of ${(size / 1_000_000).toFixed(1)} MB; images may have ${limit} MB. Make a smaller copy first.`,
    );
  }
  const data = (await readFile(target.path)).toString('base64');
  return {
    text: `Image ${target.display} (${type}, ${size} bytes):`,
    images: [{ type: 'image', source: { type: 'base64', media_type: type, data } }],
    isError: false,
    readPaths: [target.path],
  };
}
