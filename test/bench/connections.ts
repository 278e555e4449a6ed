/**
 * What kept connections save: the time of a short answer over TLS on loopback, with the
 * connection of the request before against a new one for each. Over a network a new one costs two
 * round trips more on top. Needs `openssl` for a certificate. Prints one line of JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { createHttpFetch } from '../../src/core/model/httpFetch.ts';
import { createTempDir, removeTempDir } from '../support/tempDir.ts';
import { percentile, printReport, rounded } from './support.ts';

const requests = 200;

async function main(): Promise<void> {
  const folder = createTempDir('connections');
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' });
  const authority = readFileSync(cert, 'utf8');
  const server = createServer({ key: readFileSync(key), cert: authority }, (request, response) => {
    request.resume();
    request.on('end', () => response.end('data: {}\n\n'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const kept = createHttpFetch(systemClock, () => [authority]);
  const viaKept = async (): Promise<void> => {
    const response = await kept.fetch(url);
    for await (const _ of response.body ?? []) {
      // Read to its end, so that its connection is free again.
    }
  };
  await viaKept();
  const keptMs: number[] = [];
  const newMs: number[] = [];
  for (let request = 0; request < requests; request += 1) {
    keptMs.push(await durationMs(viaKept));
    newMs.push(await durationMs(() => askAnew(url, authority)));
  }
  kept.dispose();
  server.close();
  removeTempDir(folder);
  const [keptP50, newP50] = [percentile(keptMs, 50), percentile(newMs, 50)];
  printReport('connections', {
    requests,
    keptMs: { p50: rounded(keptP50), p95: rounded(percentile(keptMs, 95)) },
    newMs: { p50: rounded(newP50), p95: rounded(percentile(newMs, 95)) },
    ratioP50: rounded(newP50 / keptP50),
  });
}

async function durationMs(task: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** The naive way: a connection for this request alone. */
function askAnew(url: string, ca: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, ca }, (response) => {
      response.resume();
      response.once('end', resolve);
    }).once('error', reject);
  });
}

await main();
