/** SIP messages as text, for tests: what a test does not care about is filled in. */

/** Lines joined and ended by CRLF, an empty line at the end, then the body. */
export function sipText(lines: readonly string[], body = ''): string {
  return `${[...lines, '', ''].join('\r\n')}${body}`;
}

export interface RequestOptions {
  readonly method?: string;
  readonly uri?: string;
  /** The top Via, whole. */
  readonly via?: string;
  readonly callId?: string;
  readonly cseq?: string;
  /** More header lines. */
  readonly more?: readonly string[];
  readonly body?: string;
  /** Length to claim instead of the true one; undefined with `unmeasured`. */
  readonly length?: number;
  readonly unmeasured?: boolean;
}

export function requestText(options: RequestOptions = {}): string {
  const { method = 'OPTIONS', uri = 'sip:halina@127.0.0.1', body = '', more = [] } = options;
  const length = options.length ?? Buffer.byteLength(body);
  return sipText(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: ${options.via ?? 'SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKtest;rport'}`,
      'Max-Forwards: 70',
      'From: <sip:peer@127.0.0.1>;tag=peer',
      'To: <sip:halina@127.0.0.1>',
      `Call-ID: ${options.callId ?? 'call@test'}`,
      `CSeq: ${options.cseq ?? `1 ${method}`}`,
      ...more,
      ...(options.unmeasured ? [] : [`Content-Length: ${length}`]),
    ],
    body,
  );
}
