import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import koffi from 'koffi';
import { icmpErrors, icmpErrorsAvailable, reportIcmpErrors } from '../../../src/base/icmp-errors.js';
import { descriptorOf, DSCP, setDscp, setSocketInteger } from '../../../src/base/socket-options.js';

const IPPROTO_IP = 0;
const IP_TOS = 1;

/** The type of service that the system has noted for a socket. */
function tos(socket: object): number {
  const get = koffi.load(null).func('int getsockopt(int, int, int, _Out_ int *, _Inout_ uint32_t *)');
  const value = [0];
  expect(get(descriptorOf(socket), IPPROTO_IP, IP_TOS, value, [4])).to.equal(0);
  return value[0] ?? -1;
}

describe('socket options', () => {
  const linux = process.platform === 'linux';

  it('mark what UDP and TCP sockets send', async function () {
    if (!linux) this.skip();
    const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(udp, 'listening');
    expect(setDscp(udp, DSCP.media)).to.equal(true);
    expect(tos(udp)).to.equal(46 << 2);
    udp.close();
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tcp = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    await once(tcp, 'connect');
    expect(setDscp(tcp, DSCP.signalling)).to.equal(true);
    expect(tos(tcp)).to.equal(24 << 2);
    tcp.destroy();
    server.close();
  });

  it('say that they could not be set', async () => {
    const closed = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(closed, 'listening');
    closed.close();
    expect(setDscp(closed, DSCP.media)).to.equal(false);
    expect(setDscp({}, DSCP.media)).to.equal(false);
    expect(icmpErrors(closed)).to.deep.equal([]);
    const open = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(open, 'listening');
    expect(setSocketInteger(open, IPPROTO_IP, 9999, 1)).to.equal(false);
    open.close();
  });

  it('tell which datagram did not arrive, and leave the queue empty', async function () {
    if (!icmpErrorsAvailable) this.skip();
    const [socket, gone] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    for (const one of [socket, gone]) {
      one.bind(0, '127.0.0.1');
      await once(one, 'listening');
    }
    const { port } = gone.address();
    gone.close();
    expect(reportIcmpErrors(socket)).to.equal(true);
    const failed = once(socket, 'message'); // Rejects with the error.
    socket.send('lost', port, '127.0.0.1');
    expect(await failed.catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ECONNREFUSED');
    const errors = icmpErrors(socket);
    expect(errors.map(({ datagram, ...rest }) => ({ ...rest, text: datagram.toString() }))).to.deep.equal([
      { address: '127.0.0.1', port, kind: 'refused', text: 'lost' },
    ]);
    expect(icmpErrors(socket)).to.deep.equal([]);
    socket.close();
  });
});
