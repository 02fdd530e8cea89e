/** From messages to bytes. Fields as received go out byte for byte; Content-Length is always made from the body. */
import { canonicalName, displayName } from './fields.js';
import type { HeaderField, SipMessage } from './message.js';
import { reasonPhrase } from './reasons.js';

export function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason || reasonPhrase(message.status)}`;
}

function fieldBytes(field: HeaderField): Buffer {
  return field.raw === undefined ? Buffer.from(`${field.name}: ${field.value}`) : Buffer.from(field.raw, 'latin1');
}

export function serialize(message: SipMessage): Buffer {
  const crlf = Buffer.from('\r\n');
  const parts: Buffer[] = [Buffer.from(startLine(message)), crlf];
  for (const field of message.fields) {
    if (canonicalName(field.name) === 'content-length') continue;
    parts.push(fieldBytes(field), crlf);
  }
  parts.push(Buffer.from(`${displayName('content-length')}: ${message.body.length}\r\n\r\n`), message.body);
  return Buffer.concat(parts);
}
