import { expect } from 'chai';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { PacketSocket } from '../../../src/media/session/plane/packet-io.js';
import { polledIo } from '../../../src/media/session/plane/polled-udp.js';
import { udpIo } from '../../../src/media/session/plane/udp.js';
import { freePort } from '../../support/ports.js';
import { until } from '../../support/until.js';

interface Came {
  readonly bytes: Buffer;
  readonly from: string;
}

const kinds = [
  { name: 'sockets that are read by ourselves', io: polledIo(() => {}) },
  { name: 'sockets of dgram, where that cannot be', io: udpIo(() => {}) },
];

for (const { name, io } of kinds)
  describe(name, () => {
    const opened: PacketSocket[] = [];
    const peers: Socket[] = [];

    const listen = async (address = '127.0.0.1', port = 0): Promise<{ socket: PacketSocket; came: Came[] }> => {
      const came: Came[] = [];
      const socket = await io.bind(address, port, (bytes, host, from) => came.push({ bytes, from: `${host}:${from}` }));
      opened.push(socket);
      return { socket, came };
    };
    const peer = async (address = '127.0.0.1'): Promise<{ socket: Socket; name: string; heard: Buffer[] }> => {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      peers.push(socket);
      const heard: Buffer[] = [];
      socket.on('message', (bytes) => heard.push(bytes));
      socket.bind(0, address);
      await once(socket, 'listening');
      return { socket, name: `${address}:${socket.address().port}`, heard };
    };
    afterEach(() => {
      for (const socket of opened.splice(0)) socket.close();
      for (const socket of peers.splice(0)) socket.close();
    });

    it('say who sent what, also where several send in turn', async () => {
      const { socket, came } = await listen();
      const [one, two] = [await peer(), await peer('127.0.0.2')];
      for (const [from, text] of [
        [one, 'a'],
        [one, 'bc'],
        [two, 'd'],
        [one, ''],
      ] as const) {
        const before = came.length;
        from.socket.send(text, socket.port, '127.0.0.1');
        await until('it is heard', () => came.length > before);
      }
      expect(came.map(({ from }) => from)).to.deep.equal([one.name, one.name, two.name, one.name]);
      expect(
        came.map(({ bytes }) => bytes.toString()),
        'and what is no sound may be kept',
      ).to.deep.equal(['a', 'bc', 'd', '']);
    });

    const hasIpv6 = networkInterfaces().lo?.some(({ address }) => address === '::1');
    if (hasIpv6)
      it('write an address of IPv6 as dgram does', async () => {
        const { socket, came } = await listen('::1');
        const from = await peer('::1');
        from.socket.send('x', socket.port, '::1');
        await until('it came', () => came.length === 1);
        expect(came[0]?.from).to.equal(from.name);
        socket.send(Buffer.from('-back-'), 1, 5, from.socket.address().port, '::1');
        await until('the answer came', () => from.heard.length === 1);
        expect(from.heard[0]?.toString()).to.equal('back');
      });

    if (name === kinds[0]?.name)
      it('hand over on end what waits for a listener that asks for the end of it, also where others have as much', async () => {
        const order: string[] = [];
        const asking = await io.bind('127.0.0.1', 0, () => {
          order.push(asking.hasMore ? 'more' : 'last');
        });
        const other = await io.bind('127.0.0.1', 0, () => order.push('other'));
        const { socket: from } = await listen();
        opened.push(asking, other);
        // Without a turn of the event loop in between: all of them wait when the first is read.
        for (let n = 0; n < 20; n++)
          for (const to of [other, asking]) from.pass(Buffer.from('x'), 0, 1, to.port, '127.0.0.1');
        await until('all are heard', () => order.length === 40);
        const first = order.findIndex((one) => one !== 'other');
        expect(order.slice(first, first + 20)).to.deep.equal([...Array.from({ length: 19 }, () => 'more'), 'last']);
      });

    it('lose nothing and keep the order, through a storm and after it', async () => {
      const sockets = await Promise.all(Array.from({ length: 8 }, () => listen()));
      const from = await peer();
      const numbers = Array.from({ length: 40 }, (_, n) => n);
      for (const n of numbers) for (const { socket } of sockets) from.socket.send(String(n), socket.port, '127.0.0.1');
      await until('all are heard', () => sockets.every(({ came }) => came.length === numbers.length));
      for (const { came } of sockets) expect(came.map(({ bytes }) => Number(bytes.toString()))).to.deep.equal(numbers);
      const [first] = sockets;
      from.socket.send('later', first?.socket.port ?? 0, '127.0.0.1');
      await until('a later one is heard', () => first?.came.length === numbers.length + 1);
    });

    it('bind with the errors of the system, and give their port back', async () => {
      const { socket, came } = await listen('127.0.0.1', await freePort());
      const refused = await listen('127.0.0.1', socket.port).then(
        () => 'bound',
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      expect(refused).to.equal('EADDRINUSE');
      const from = await peer();
      from.socket.send('before', socket.port, '127.0.0.1');
      await until('it is heard', () => came.length === 1);
      socket.close();
      socket.close(); // a second time does nothing
      const again = await listen('127.0.0.1', socket.port);
      from.socket.send('after', socket.port, '127.0.0.1');
      await until('the new owner hears', () => again.came.length === 1);
      expect(came).to.have.length(1);
    });
  });
