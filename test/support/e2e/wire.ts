/** What the wire says about one call: its packets by direction, and when which message went from where to where. */
import { rtpOf, sipOf, type Datagram, type RtpSeen, type SipSeen } from './capture.js';
import { address } from './network.js';
import { fromHandset, OUTSIDE_MEDIA } from './office.js';

export class Wire {
  readonly fromCaller: RtpSeen[];
  readonly toCaller: RtpSeen[];
  readonly fromHandset: RtpSeen[];
  readonly toHandset: RtpSeen[];
  readonly sip: SipSeen[];

  /** `media`: the outside party's RTP port. */
  constructor(datagrams: readonly Datagram[], media = OUTSIDE_MEDIA) {
    const rtp = rtpOf(datagrams);
    this.fromCaller = rtp.filter((one) => one.from === address.provider && one.fromPort === media);
    this.toCaller = rtp.filter((one) => one.to === address.provider && one.toPort === media);
    this.fromHandset = rtp.filter(fromHandset);
    this.toHandset = rtp.filter((one) => fromHandset({ fromPort: one.toPort }));
    this.sip = sipOf(datagrams);
  }

  /** Messages with this first line that went from one address to another, in order; what was sent again counts once. */
  all(from: string, to: string, firstLine: RegExp, cseq = /./): SipSeen[] {
    const seen = new Set<string>();
    return this.sip.filter((one) => {
      if (one.from !== from || one.to !== to || !firstLine.test(one.firstLine) || !cseq.test(one.text)) return false;
      const isNew = !seen.has(one.text);
      seen.add(one.text);
      return isNew;
    });
  }

  /** When the first of them went, seconds since 1970. */
  at(from: string, to: string, firstLine: RegExp, cseq = /./): number {
    const [found] = this.all(from, to, firstLine, cseq);
    if (found) return found.time;
    const lines = this.sip.map((one) => `${one.from} → ${one.to} ${one.firstLine}`);
    throw new Error(`no ${firstLine} from ${from} to ${to}:\n${lines.join('\n')}`);
  }

  /** When a handset's 200 to our first INVITE went. */
  answeredBy(handset: string): number {
    return this.at(handset, address.officeFace, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
  }
}
