/** The statuses of responses that drachtio-srf sends: it throws at one that its table lacks, and the request goes unanswered. */
import { createRequire } from 'node:module';

const ours = createRequire(import.meta.url);
const theirs = createRequire(ours.resolve('drachtio-srf'));
const phrases = theirs('sip-status') as Record<number, string>;

phrases[469] ??= 'Bad Info Package'; // RFC 6086 § 4.2.2

/** The status, or the one that stands for all of its class (RFC 3261 § 8.1.3.2). */
export const sendable = (status: number): number => (status in phrases ? status : Math.floor(status / 100) * 100);
