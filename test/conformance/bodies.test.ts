/** What is carried: text beyond ASCII in headers and bodies, both ways, and bodies that are large. */
import { expect } from 'chai';
import { callIn, later } from '../support/drachtio/calls.js';
import { ask, type Request } from '../support/drachtio/srf.js';
import { Stand, type Client } from '../support/drachtio/stand.js';

const TEXTS = {
  Polish: 'Zażółć gęślą jaźń',
  emoji: '☎️ 🎉 👩‍👩‍👧‍👦',
  'a right-to-left script': 'مكتب المدينة',
  'four bytes a character': '𝕳𝖆𝖑𝖎𝖓𝖆 𠜎𠜱',
};

describe('text beyond ASCII', () => {
  let stand: Stand;
  let client: Client;
  beforeEach(async () => {
    stand = await Stand.open();
    client = await stand.application();
  });
  afterEach(() => stand.close());

  for (const [name, text] of Object.entries(TEXTS)) {
    it(`${name}: from a peer, in a header and in the body`, async () => {
      const came = later<Request>();
      client.srf.message((request, reply) => {
        came.keep(request);
        reply.send(202);
      });
      await client.routed();
      const peer = await stand.peer();
      peer.request('MESSAGE', { body: text, contentType: 'text/plain', extra: [`Subject: ${text}`], from: `"${text}" <sip:x@y.example>` }); // prettier-ignore
      await peer.expectResponse(202);
      const request = await came.value;
      expect([request.body, request.get('Subject')]).to.deep.equal([text, text]);
      expect(request.get('From')).to.contain(`"${text}" <sip:x@y.example>`);
    });

    it(`${name}: from the application, in a header and in the body, with the length in bytes`, async () => {
      const peer = await stand.peer();
      const headers = { 'Content-Type': 'text/plain', Subject: text, From: `"${text}" <sip:x@y.example>` };
      const answered = ask(client.srf, peer.uri('201'), { method: 'MESSAGE', body: text, headers });
      const message = await peer.expectRequest('MESSAGE');
      expect([message.body, message.header('Subject')]).to.deep.equal([text, text]);
      expect(message.header('From')).to.contain(`"${text}" <sip:x@y.example>`);
      expect(message.header('Content-Length')).to.equal(String(Buffer.byteLength(text)));
      peer.answer(message, 200, { contact: false });
      await answered;
    });
  }

  it('in a response, and within a dialog', async () => {
    const { peer, sent, ok, dialog } = await callIn(stand);
    dialog.on('info', (info, reply) => reply.send(200, { headers: { 'X-Echo': info.body ?? '' }, body: `<${info.body}>` })); // prettier-ignore
    peer.within(sent, ok, 'INFO', 2, { body: TEXTS.emoji, contentType: 'text/plain' });
    const answer = await peer.expectResponse(200, 'INFO');
    expect([answer.header('X-Echo'), answer.body]).to.deep.equal([TEXTS.emoji, `<${TEXTS.emoji}>`]);
  });
});

describe('a body of 60 KB', () => {
  // Characters of three bytes, so that characters and bytes differ.
  const BODY = 'żółw€'.repeat(6000).slice(0, 30_000);
  let stand: Stand;
  let client: Client;
  beforeEach(async () => {
    stand = await Stand.open();
    client = await stand.application();
  });
  afterEach(() => stand.close());

  it('comes over TCP, and goes back', async () => {
    expect(Buffer.byteLength(BODY)).to.be.within(50_000, 65_000);
    client.srf.message((request, reply) => reply.send(200, { body: request.body ?? '' }));
    await client.routed();
    const peer = await stand.peer('tcp');
    peer.request('MESSAGE', { body: BODY, contentType: 'text/plain' });
    expect((await peer.expectResponse(200)).body === BODY).to.equal(true);
  });

  it('goes over TCP to a peer of that transport', async () => {
    const peer = await stand.peer('tcp');
    const headers = { 'Content-Type': 'text/plain' };
    const answered = ask(client.srf, peer.uri('201'), { method: 'MESSAGE', body: BODY, headers });
    const message = await peer.expectRequest('MESSAGE');
    expect(message.body === BODY).to.equal(true);
    peer.answer(message, 200, { contact: false, body: BODY });
    expect((await answered).body === BODY).to.equal(true);
  });

  it('that no datagram holds becomes a 503 over UDP, and no silence', async () => {
    const peer = await stand.peer();
    const headers = { 'Content-Type': 'text/plain' };
    const answered = await ask(client.srf, peer.uri('201'), {
      method: 'MESSAGE',
      body: BODY + 'x'.repeat(12_000),
      headers,
    }).catch((error) => error);
    expect(answered.status ?? String(answered)).to.equal(503);
  });
});
