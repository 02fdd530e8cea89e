/** What a verification of the audit log looks at, and what it says. */
import type { Segment } from './segments.js';

export interface AuditDifference {
  readonly kind: 'audit-chain' | 'audit-details' | 'audit-anchors' | 'audit-keys' | 'audit-files' | 'audit-recordings';
  readonly path?: string;
  /** What was found, a sentence without a full stop. */
  readonly what: string;
  /** What the reader can do. */
  readonly todo: string;
}

export const TAMPERED =
  'treat it as an incident: keep a copy of the data folder as it is, and compare with a backup and with anchors kept elsewhere';

/** The files as they were at one instant; those that grow are held in memory. */
export interface AuditSnapshot {
  readonly segments: readonly Segment[];
  readonly anchors: Buffer;
  read(path: string): Promise<Buffer>;
}
