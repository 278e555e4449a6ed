import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';

/** For the header of a request, the quickest to unpack first. */
export const acceptedEncodings = 'zstd, gzip, br';

/**
 * The body of a response as it was before its server packed it. What each packet holds is given out at
 * once, so that a server that flushes after each event is not slowed down.
 */
export function decoded(message: IncomingMessage): Readable {
  const decoder = decoderFor(message.headers['content-encoding']?.trim().toLowerCase());
  // An error of either end reaches the decoder, whose reader hears of it.
  return decoder ? pipeline(message, decoder, () => undefined) : message;
}

/** A body that is cut off is given as far as it came: whether it is whole, its reader sees. */
function decoderFor(encoding: string | undefined): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return createZstdDecompress({ finishFlush: constants.ZSTD_e_flush });
    default:
      return undefined;
  }
}
