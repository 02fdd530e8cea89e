/**
 * The smallest back-to-back user agent that drachtio-srf makes, against which bench/signalling measures what of a call is the
 * SIP server's, what is drachtio-srf's own, and what is the office's: no media, no records, no rules.
 *   bare-b2bua HOST:PORT SECRET CALLEE_URI
 */
import Srf from 'drachtio-srf';

const [server = '', secret = '', callee = ''] = process.argv.slice(2);
const [host = '', port = ''] = server.split(':');
const srf = new Srf();
srf.invite((request, response) => {
  srf
    .createB2BUA(request, response, callee, { localSdpB: request.body })
    .then(({ uas, uac }) => {
      uas.on('destroy', () => uac.destroy());
      uac.on('destroy', () => uas.destroy());
    })
    .catch((error: unknown) => console.log(`failed: ${String(error)}`));
});
srf.on('connect', () => console.log('ready'));
void srf.connect({ host, port: Number(port), secret });
process.on('SIGTERM', () => process.exit(0));
