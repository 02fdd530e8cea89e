/** Where the embedded server differs from the recorded one on purpose: what is expected instead, and why. */
import type { SipServerOptions } from '../../src/sip/server.js';
import type { Frame } from '../support/drachtio/conversation.js';

interface Difference {
  readonly why: string;
  /** The recorded conversation as it should be here. */
  readonly expected: (recorded: readonly Frame[]) => Frame[];
  readonly options?: Partial<SipServerOptions>;
}

const unchanged = (recorded: readonly Frame[]): Frame[] => [...recorded];

/** Puts the frame that contains `moved` before the one that contains `before`. */
function move(frames: readonly Frame[], moved: string, before: string): Frame[] {
  const frame = frames.find(({ text }) => text.includes(moved));
  const rest = frames.filter((one) => one !== frame);
  const index = rest.findIndex(({ text }) => text.includes(before));
  if (!frame || index < 0) throw new Error(`no frame with ${moved} or with ${before}`);
  return rest.toSpliced(index, 0, frame);
}

/** Replaces in every frame from the one on that contains `after`. */
function replaceAfter(frames: readonly Frame[], after: string, from: string, to: string): Frame[] {
  const start = frames.findIndex(({ text }) => text.includes(after));
  return frames.map((frame, index) => (index > start ? { ...frame, text: frame.text.replaceAll(from, to) } : frame));
}

/** What was answered to the first message of this content, instead of what was recorded. */
function answered(frames: readonly Frame[], question: string, answer: string): Frame[] {
  const asked = frames.find(({ sender, text }) => sender === 'application' && text.includes(question));
  const id = asked?.text.split('|', 1)[0] ?? '';
  return frames.map((frame) =>
    frame.sender === 'server' && frame.text.includes(`|response|${id}|`)
      ? { ...frame, text: `${frame.text.split('|', 3).join('|')}|${answer}` }
      : frame,
  );
}

const without = (frames: readonly Frame[], ...texts: readonly string[]): Frame[] =>
  frames.filter((frame) => !texts.some((text) => frame.text.includes(text)));

/** The messages that drachtio-srf sends for an INVITE that was refused with a NOK, and their answers, do not exist. */
function unparsable(recorded: readonly Frame[]): Frame[] {
  const ack = recorded.find(({ text }) => text.includes('ACK sip:nonsense'));
  const id = ack?.text.split('|', 1)[0] ?? '';
  const refused = answered(recorded, 'INVITE sip:nonsense', 'NOK|invalid request-uri: sip:nonsense');
  return without(refused, '503 DNS Error', id);
}

/** The target of the dialog is what the 2xx to our re-INVITE says. */
function targetRefreshed(recorded: readonly Frame[]): Frame[] {
  const inOrder = move(recorded, 'NOK|Server error: ACK', '\r\nBYE sip:127.0.0.1:5060');
  const [from, to] = ['sip:+48221234567@127.0.0.1:5090 SIP/2.0', 'sip:peer@127.0.0.1:5090 SIP/2.0'];
  // drachtio-srf takes the Request-URI of its ACK from the INVITE as that was sent.
  const refreshed = replaceAfter(inOrder, '200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;rport', from, to);
  return refreshed.map((frame) =>
    frame.sender === 'application' && frame === refreshed.find(({ text }) => text.includes(`ACK ${to}`))
      ? { ...frame, text: frame.text.replace(to, from) }
      : frame,
  );
}

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  '10-uas-app-reinvite-info': {
    why: 'the 2xx to a re-INVITE refreshes the remote target, RFC 3261 § 12.2.1.2',
    expected: targetRefreshed,
  },
  '22-uac-bad-uri-and-self': { why: 'a Request-URI that does not parse is refused', expected: unparsable },
  '31-cdr': { why: 'recorded with CDRs switched off', expected: unchanged, options: { cdrs: false } },
};
