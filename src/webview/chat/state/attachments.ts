import { UserError } from '../../../base/errors.ts';
import type { ContextChip, ImageAttachment } from '../../../shared/views.ts';
import { baseName } from '../text/format.ts';
import type { Composer } from './composer.ts';

/** The Messages API's limit per image. */
const maxImageBytes = 5 * 1024 * 1024;
const mediaTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

/** What a paste or a drop brings, as far as it is read here. */
export interface Transfer {
  readonly files: Iterable<File>;
  getData(format: string): string;
}

/** Attaches images and dropped files to an input; what cannot be attached is told there. */
export async function attach(
  composer: Composer,
  transfer: Transfer,
  acceptsImages: boolean,
): Promise<void> {
  // A transfer is emptied when its event is over: everything is read from it first.
  const files = [...transfer.files];
  const chips = readDroppedPaths(transfer);
  composer.problem.value = '';
  for (const chip of chips) {
    composer.addChip(chip);
  }
  if (chips.length > 0) {
    return;
  }
  for (const file of files) {
    try {
      composer.addImage(await readImage(file, acceptsImages));
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      composer.problem.value = error.message;
    }
  }
}

/** Reads an image for the model. Rejects with a `UserError` that says why it cannot be sent. */
export async function readImage(file: File, acceptsImages: boolean): Promise<ImageAttachment> {
  const mediaType = mediaTypes.find((type) => type === file.type);
  if (!mediaType) {
    throw new UserError(
      `“${file.name}” cannot be attached. Images may be PNG, JPEG, GIF or WebP; for other files use @.`,
    );
  }
  if (!acceptsImages) {
    throw new UserError('The chosen model takes no images.');
  }
  if (file.size > maxImageBytes) {
    throw new UserError(`“${file.name}” is larger than 5 MB, which is the most a model takes.`);
  }
  return { mediaType, data: toBase64(await file.arrayBuffer()), label: file.name || 'Image' };
}

function toBase64(buffer: ArrayBuffer): string {
  const bytes = new Uint8Array(buffer);
  // A call takes a limited number of arguments: 32 k is safe in every browser.
  const stride = 0x8000;
  let binary = '';
  for (let at = 0; at < bytes.length; at += stride) {
    binary += String.fromCharCode(...bytes.subarray(at, at + stride));
  }
  return btoa(binary);
}

/** Files dragged from VS Code's explorer or editors come as addresses. */
function readDroppedPaths(transfer: Transfer): ContextChip[] {
  const list =
    transfer.getData('application/vnd.code.uri-list') || transfer.getData('text/uri-list');
  const chips: ContextChip[] = [];
  for (const line of list.split(/\r?\n/)) {
    const path = readFilePath(line.trim());
    if (path !== undefined) {
      chips.push({ kind: 'file', label: baseName(path), path });
    }
  }
  return chips;
}

/** The path of a file's address, local or on the machine VS Code works on. */
export function readFilePath(address: string): string | undefined {
  if (!URL.canParse(address)) {
    return undefined;
  }
  const { protocol, pathname } = new URL(address);
  if (protocol !== 'file:' && protocol !== 'vscode-remote:') {
    return undefined;
  }
  const path = decodeURIComponent(pathname);
  // On Windows the drive stands behind a slash: /c:/folder.
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}
