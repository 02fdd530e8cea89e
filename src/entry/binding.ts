/** A registration, as the registrar makes it and the archive's Redis keeps it over a restart. */

/** A registered contact of a handset, with the flow by which it registered. */
export interface Binding {
  readonly extension: string;
  readonly contact: string;
  readonly protocol: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent?: string;
  /** Proxies between the handset and us, in the order of use (Path, RFC 3327), as header values. */
  readonly path?: readonly string[];
  /** `+sip.instance` and `reg-id` (RFC 5626 § 6): which device it is, and by which of its flows. */
  readonly outbound?: { readonly instance: string; readonly regId: string };
  /** Since when it has been registered without a break; absent in those that are kept from before it was known. Unix milliseconds. */
  readonly since?: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}
