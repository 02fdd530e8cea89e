/**
 * From messages to bytes. Fields as received go out byte for byte; only Content-Length is always made to fit the body, in its
 * place or at the end. A line end within a value that we were given is no line end on the wire: nobody smuggles a header in.
 */
import { canonicalName } from './fields.js';
import type { HeaderField, SipMessage } from './message.js';
import { encodeText } from './text.js';

/** The first line, without its line end. */
export function startLine(message: SipMessage): string {
  return oneLine(
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`,
  );
}

export function serialize(message: SipMessage): Buffer {
  const length = message.body.length;
  let head = `${encodeText(startLine(message))}\r\n`;
  let measured = false;
  for (const field of message.fields) {
    if (canonicalName(field.name) !== 'content-length') head += `${fieldLine(field)}\r\n`;
    else if (!measured) {
      measured = true;
      head += Number(field.value) === length ? `${fieldLine(field)}\r\n` : `${field.name}: ${length}\r\n`;
    }
  }
  head += measured ? '\r\n' : `Content-Length: ${length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 'latin1');
  message.body.copy(bytes, head.length);
  return bytes;
}

function fieldLine(field: HeaderField): string {
  return field.raw ?? encodeText(oneLine(`${field.name}: ${field.value}`));
}

function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+[ \t]*/g, ' ') : text;
}
