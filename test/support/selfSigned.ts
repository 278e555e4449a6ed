import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** What a TLS server shows, PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** Object identifiers as they are encoded. */
const ecdsaWithSha256 = '2a8648ce3d040302';
const commonName = '550403';
const subjectAltName = '551d11';
const basicConstraints = '551d13';

/**
 * A new certificate for `localhost` and 127.0.0.1 that nobody has vouched for. Made here, so that no
 * key lies in the repository and no other program is needed.
 * @param lastYear Two digits of the year at whose end it expires, from 20 to 49.
 */
export function createSelfSigned(lastYear = '49'): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(identifier(ecdsaWithSha256));
  // Two of one name would be taken for each other.
  const own = Buffer.from(`Test ${randomUUID()}`);
  const name = sequence(value(0x31, sequence(identifier(commonName), value(0x0c, own))));
  const names = sequence(value(0x82, Buffer.from('localhost')), value(0x87, hex('7f000001')));
  const isAuthority = sequence(value(0x01, hex('ff')));
  const extensions = sequence(
    sequence(identifier(subjectAltName), value(0x04, names)),
    sequence(identifier(basicConstraints), value(0x04, isAuthority)),
  );
  const content = sequence(
    value(0xa0, value(0x02, hex('02'))),
    value(0x02, hex('01')),
    algorithm,
    name,
    sequence(
      value(0x17, Buffer.from('200101000000Z')),
      value(0x17, Buffer.from(`${lastYear}1231235959Z`)),
    ),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    value(0xa3, extensions),
  );
  const signature = value(0x03, Buffer.concat([hex('00'), sign('sha256', content, privateKey)]));
  const der = sequence(content, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value of DER: its tag, its length and what it holds. */
function value(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return value(0x30, Buffer.concat(parts));
}

function identifier(encoded: string): Buffer {
  return value(0x06, hex(encoded));
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}
