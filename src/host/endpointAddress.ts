import { isLoopback } from '../core/model/connection.ts';

/** Why the text can't be the address of a model server, or undefined where it can. */
export function endpointProblem(text: string): string | undefined {
  const address = text.trim();
  if (!URL.canParse(address)) {
    return 'This is not an address. Write it as in https://gateway.example.com or http://127.0.0.1:11434.';
  }
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    return 'Leave user name and password out: keys are kept with “Set API key”.';
  }
  if (url.search !== '' || url.hash !== '') {
    return 'Leave out what follows “?” or “#”.';
  }
  if (url.protocol === 'https:') {
    return undefined;
  }
  if (url.protocol !== 'http:') {
    return 'The address must begin with https:// or, on this machine, http://.';
  }
  return isLoopback(address)
    ? undefined
    : 'Over plain http, code and keys could be read on the way: use https, or a server on this machine.';
}

/** The base URL as requests use it: no slash at the end, no `/v1`. */
export function normalizeEndpoint(text: string): string {
  return text.trim().replace(/\/+$/, '').replace(/\/v1$/, '');
}
