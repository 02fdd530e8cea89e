/** The two roles of the drachtio server. */
export { Uac } from './uac.js';
export { METHODS, Uas } from './uas.js';
