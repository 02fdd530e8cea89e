/**
 * The yardstick of bench/signalling: the least that answers a call in Node. One `dgram` socket; an INVITE gets 180 and 200,
 * a BYE gets 200, by copying header lines. No transactions, no second leg, no media, no state.
 *   sip-echo ADDRESS PORT MEDIA_PORT
 */
import dgram from 'node:dgram';

const [address = '', port = '', mediaPort = ''] = process.argv.slice(2);
const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 1 << 22 });
const sdp = [
  'v=0',
  `o=- 1 1 IN IP4 ${address}`,
  's=-',
  `c=IN IP4 ${address}`,
  't=0 0',
  `m=audio ${mediaPort} RTP/AVP 8`,
  '',
].join('\r\n');

function answer(status: string, request: readonly string[], body: string): string {
  const copied = request.filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
  const to = request.find((line) => /^To:/i.test(line)) ?? 'To: <sip:nobody>';
  const tagged = to.includes(';tag=') ? to : `${to};tag=echo`;
  const contact = `Contact: <sip:${address}:${port}>`;
  const type = body ? ['Content-Type: application/sdp'] : [];
  return [`SIP/2.0 ${status}`, ...copied, tagged, contact, ...type, `Content-Length: ${body.length}`, '', body].join(
    '\r\n',
  );
}

socket.on('message', (packet, from) => {
  const lines = packet.toString('latin1').split('\r\n');
  const reply = (status: string, body = ''): void => socket.send(answer(status, lines, body), from.port, from.address);
  if (lines[0]?.startsWith('INVITE ')) {
    reply('180 Ringing');
    reply('200 OK', sdp);
  } else if (lines[0]?.startsWith('BYE ')) reply('200 OK');
});
socket.bind(Number(port), address, () => console.log('ready'));
process.on('SIGTERM', () => process.exit(0));
