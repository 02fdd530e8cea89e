import { expect } from 'chai';
import { once } from 'node:events';
import net from 'node:net';
import { Application } from '../../../../src/sip/drachtio/application.js';
import { FrameParser } from '../../../../src/sip/drachtio/framing.js';

/** What a peer hears of an application with which this is done. */
async function heardOf(act: (application: Application) => void): Promise<string[]> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const peer = net.connect(port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [net.Socket];
  const application = new Application(socket, false, Date.now, { onMessage: () => {}, onGone: () => {} });
  const parser = new FrameParser();
  const heard: string[] = [];
  peer.on('data', (chunk) => heard.push(...(parser.push(chunk) ?? []).map((frame) => frame.toString())));
  act(application);
  await once(peer, 'close');
  server.close();
  return heard.map((frame) => frame.slice(frame.indexOf('|') + 1));
}

const ids = Array.from({ length: 20 }, (_, n) => String(n));
const replies = ids.map((id) => `response|${id}|OK`);

describe('what is written to an application', () => {
  it('comes in its order, and all of it, though the connection is ended or broken in the same breath', async () => {
    for (const how of ['end', 'drop'] as const)
      expect(
        await heardOf((application) => {
          for (const id of ids) application.reply(id, 'OK');
          application[how]();
        }),
        how,
      ).to.deep.equal(replies);
  });

  it('comes in its order over several turns of the loop', async () => {
    const heard = await heardOf((application) => {
      const rest = [...ids];
      const next = (): void => {
        for (const id of rest.splice(0, 3)) application.reply(id, 'OK');
        if (rest.length === 0) application.end();
        else setImmediate(next);
      };
      next();
    });
    expect(heard).to.deep.equal(replies);
  });
});
