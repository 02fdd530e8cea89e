/**
 * From messages to bytes. Fields as received go out byte for byte; only Content-Length is always made to fit the body, in its
 * place or at the end. A line end within a value that we were given is no line end on the wire: nobody smuggles a header in.
 */
import { keyOf } from './fields.js';
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

/**
 * The message as bytes, which are not to be changed. It goes to the wire and to the application, and perhaps to the wire again:
 * it is written anew only where it was changed.
 */
export function serialize(message: SipMessage): Buffer {
  const { fields, body, written } = message;
  const start = startLine(message);
  if (written?.fields === fields && written.count === fields.length && written.body === body && written.start === start)
    return written.bytes;
  const bytes = write(message, start);
  message.written = { bytes, start, fields, count: fields.length, body };
  return bytes;
}

/**
 * Leaves of a message nothing but its bytes, for as long as it may have to be sent again: all that it says is a hundred times
 * as much.
 */
export function keepBytes(message: SipMessage): void {
  const bytes = serialize(message);
  message.fields = [];
  message.body = NOTHING;
  message.written = { bytes, start: startLine(message), fields: message.fields, count: 0, body: NOTHING };
}

/**
 * Lets go of what a message says but for these fields: its transaction goes on for a while, and whoever holds that need not
 * hold all of this.
 */
export function forget(message: SipMessage, but: readonly string[] = []): void {
  message.fields = message.fields.filter((field) => but.includes(keyOf(field)));
  message.body = NOTHING;
  message.written = undefined;
}

const NOTHING = Buffer.alloc(0);

function write(message: SipMessage, start: string): Buffer {
  const length = message.body.length;
  let head = `${encodeText(start)}\r\n`;
  let measured = false;
  for (const field of message.fields) {
    if (keyOf(field) !== 'content-length') head += `${fieldLine(field)}\r\n`;
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
  if (field.raw !== undefined) return field.raw;
  const line = `${field.name}: ${field.value}`;
  return PLAIN.test(line) ? line : encodeText(oneLine(line));
}

/** What stands on the wire as it is. */
const PLAIN = /^[\x20-\x7e]*$/;

function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+[ \t]*/g, ' ') : text;
}
