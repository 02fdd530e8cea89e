/** The server is restarted while an application is connected: unmodified drachtio-srf comes back by itself, over TCP. */
import { expect } from 'chai';
import { callIn } from '../support/drachtio/calls.js';
import { newSrf } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { freePort } from '../support/ports.js';
import { sdp } from '../support/sip/raw-message.js';

const SECRET = 'cymru';

describe('a server that is restarted', () => {
  it('has its application back, with what that routed, and takes calls again', async () => {
    // A port of ours, which nobody else gets while the server is away.
    const application = { host: '127.0.0.1', port: await freePort(), secret: SECRET };
    const stand = await Stand.open({ application });
    try {
      const srf = newSrf();
      stand.onClose(() => srf.disconnect());
      srf.invite((_, reply) => reply.send(486));
      const connected = (): Promise<void> =>
        new Promise((resolve) => srf.once('connect', (error) => !error && resolve()));
      const first = connected();
      srf.connect(application);
      await first;
      const again = connected();
      const tried = new Promise<void>((resolve) => srf.on('reconnecting', resolve));
      await stand.stopServer();
      await tried;
      await stand.startServer({ application });
      await again;
      const peer = await stand.peer();
      // Its routes come right after; until then there is nobody for the method.
      for (let status = 503; status === 503;) {
        const final = await peer.expectFinal(peer.request('INVITE', { body: sdp() }));
        status = final.status ?? 0;
        if (status !== 503) expect(status).to.equal(486);
      }
    } finally {
      await stand.close();
    }
  });

  it('knows no call of before: 481, so that the peer ends it', async () => {
    const stand = await Stand.open();
    try {
      const { peer, sent, ok } = await callIn(stand);
      const { port } = stand.server.faces[0] ?? expect.fail();
      await stand.stopServer();
      const face = { name: 'test', address: '127.0.0.1', port, transports: ['udp', 'tcp'] } as const;
      await stand.startServer({ faces: [face] });
      peer.within(sent, ok, 'BYE', 2);
      await peer.expectResponse(481, 'BYE');
    } finally {
      await stand.close();
    }
  });
});
