/**
 * The yardstick of bench/capacity: the least that a relay in Node can do. For each call two `dgram` sockets; what comes
 * to one goes out at the other, to the peer of that leg. Nothing is parsed, rewritten, counted or recorded.
 *   dgram-echo ADDRESS BASE COUNT PEER_ADDRESS PEER_BASE
 */
import dgram from 'node:dgram';
import { once } from 'node:events';

const [address = '', base = '', count = '', peerAddress = '', peerBase = ''] = process.argv.slice(2);
const open = async (port: number): Promise<dgram.Socket> => {
  const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
};
for (let call = 0; call < Number(count); call++) {
  const legs = [await open(Number(base) + 4 * call), await open(Number(base) + 4 * call + 2)];
  legs.forEach((socket, leg) => {
    const other = legs[1 - leg];
    const port = Number(peerBase) + 4 * call + 2 * (1 - leg);
    socket.on('message', (packet) => other?.send(packet, port, peerAddress));
    // One packet tells the peer where to send to.
    socket.send(Buffer.alloc(172), Number(peerBase) + 4 * call + 2 * leg, peerAddress);
  });
}
console.log('ready');
process.on('SIGTERM', () => process.exit(0));
