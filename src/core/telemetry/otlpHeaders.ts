/**
 * Headers as OpenTelemetry writes them in one text: `name=value,other=value`. Undefined where the text
 * is anything else, or no header can be made of it.
 */
export function parseOtlpHeaders(text: string): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const split = part.indexOf('=');
    const name = part.slice(0, Math.max(0, split)).trim();
    const value = part.slice(split + 1).trim();
    if (!headerName.test(name) || !headerValue.test(value)) {
      return undefined;
    }
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const headerValue = /^[\x20-\x7e]+$/;
