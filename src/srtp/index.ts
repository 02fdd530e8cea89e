/** The room of encrypted packets: what others use of it. */
export { SrtpReceiver, SrtpSender, TRAILER_BYTES } from './srtp.js';
export { isSuiteName, type MasterKey, type SuiteName, suiteNames, suites } from './suites.js';
