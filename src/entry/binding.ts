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
  /** Unix milliseconds. */
  readonly expiresAt: number;
}
