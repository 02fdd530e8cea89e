/** Scenarios in which the peer calls and the application answers. */
import type { Dialog, Reply } from '../../support/drachtio/srf.js';
import { sdp } from '../../support/sip/raw-message.js';
import { later, type Play, type Scenario } from './scenario.js';

const ANSWER = { localSdp: sdp(50_000) };

/** INVITE, answered with 200 by the application, ACK. */
async function call({ peer, served }: Play, extra: readonly string[] = []) {
  const invite = peer.request('INVITE', { body: sdp(), extra });
  const ok = await peer.expectResponse(200);
  peer.ack(invite, ok);
  await served('\r\nACK ');
  return { invite, ok };
}

async function connectRoutePing({ srf, client, peer }: Play): Promise<void> {
  srf.options((_, reply) => reply.send(200, { headers: { 'X-Zażółć': 'gęślą jaźń' } }));
  srf.invite(() => {});
  await client.routed();
  peer.request('OPTIONS');
  await peer.expectResponse(200);
}

async function answerPeerBye(play: Play): Promise<void> {
  const { srf, client, peer } = play;
  srf.invite((request, reply) => {
    reply.send(180);
    void srf.createUAS(request, reply, ANSWER).then((dialog) => dialog.on('destroy', () => {}));
  });
  await client.routed();
  const { invite, ok } = await call(play);
  peer.within(invite, ok, 'BYE', 2);
  await peer.expectResponse(200, 'BYE');
}

async function answerAppBye(play: Play): Promise<void> {
  const { srf, client, peer } = play;
  const dialog = later<Dialog>();
  srf.invite((request, reply) => void srf.createUAS(request, reply, ANSWER).then(dialog.keep));
  await client.routed();
  await call(play);
  const ended = (await dialog.value).destroy({ headers: { Reason: 'Q.850;cause=16' } });
  peer.answer(await peer.expectRequest('BYE'), 200, { reason: 'OK', contact: false });
  await ended;
}

async function reject({ srf, client, peer }: Play): Promise<void> {
  srf.invite((_, reply) => reply.send(486, 'Busy Here', { headers: { 'X-Why': 'engaged' } }));
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp() });
  peer.ackFailure(invite, await peer.expectResponse(486));
}

async function cancelAfter180({ srf, client, peer }: Play): Promise<void> {
  const reply = later<Reply>();
  srf.invite((request, given) => {
    request.on('cancel', () => reply.keep(given));
    given.send(180);
  });
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp() });
  await peer.expectResponse(180);
  peer.cancel(invite, { extra: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] });
  await peer.expectResponse(200, 'CANCEL');
  peer.ackFailure(invite, await peer.expectResponse(487));
  (await reply.value).send(200, { body: sdp(50_000) }, () => {});
}

async function cancelBeforeAnyResponse({ srf, client, peer }: Play): Promise<void> {
  srf.invite((request) => request.on('cancel', () => {}));
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp() });
  peer.cancel(invite);
  peer.ackFailure(invite, await peer.expectResponse(487));
}

async function lostAck({ stand, srf, client, peer, served }: Play): Promise<void> {
  srf.invite((request, reply) => {
    void srf.createUAS(request, reply, ANSWER).then((dialog) => dialog.on('destroy', () => {}));
  });
  await client.routed();
  peer.request('INVITE', { body: sdp() });
  await served('Msg sent:');
  stand.clock.advance(32_000);
  peer.answer(await peer.expectRequest('BYE'), 200, { reason: 'OK', contact: false });
}

async function reliableProvisional(play: Play): Promise<void> {
  const { srf, client, peer, served } = play;
  const progress = { headers: { Require: '100rel', 'Content-Type': 'application/sdp' }, body: sdp(50_000) };
  const acknowledged = later<void>();
  srf.invite((request, reply) => {
    reply.send(183, progress, () => {});
    void acknowledged.value.then(() => srf.createUAS(request, reply, ANSWER));
  });
  srf.prack((_, reply) => reply.send(200));
  await client.routed();
  const invite = peer.request('INVITE', { body: sdp(), extra: ['Supported: 100rel'] });
  const early = await peer.expectResponse(183);
  peer.within(invite, early, 'PRACK', 2, { extra: [`RAck: ${early.header('RSeq')} 1 INVITE`] });
  await peer.expectResponse(200, 'PRACK');
  acknowledged.keep();
  const ok = await peer.expectResponse(200, 'INVITE');
  peer.ack(invite, ok);
  await served('\r\nACK ');
  peer.within(invite, ok, 'BYE', 3);
  await peer.expectResponse(200, 'BYE');
}

async function reinviteHold(play: Play): Promise<void> {
  const { srf, client, peer, served } = play;
  srf.invite((request, reply) => {
    void srf.createUAS(request, reply, ANSWER).then((dialog) => {
      dialog
        .on('hold', () => {})
        .on('unhold', () => {})
        .on('destroy', () => {});
      dialog.on('info', (_, answer) => answer.send(200)).on('message', (_, answer) => answer.send(202));
    });
  });
  await client.routed();
  const { invite, ok } = await call(play);
  for (const [cseq, direction] of [
    [2, 'sendonly'],
    [3, 'sendrecv'],
  ] as const) {
    const again = peer.within(invite, ok, 'INVITE', cseq, { body: sdp(40_000, direction, cseq) });
    peer.ack(again, await peer.expectResponse(200, 'INVITE'));
    await served(`CSeq: ${cseq} ACK`);
  }
  const dtmf = { body: 'Signal=5\r\nDuration=160\r\n', contentType: 'application/dtmf-relay' };
  peer.within(invite, ok, 'INFO', 4, dtmf);
  await peer.expectResponse(200, 'INFO');
  const text = { body: 'zażółć gęślą jaźń 🎉', contentType: 'text/plain;charset=utf-8' };
  peer.within(invite, ok, 'MESSAGE', 5, text);
  await peer.expectResponse(202);
  peer.within(invite, ok, 'BYE', 6);
  await peer.expectResponse(200, 'BYE');
}

async function appReinviteInfo(play: Play): Promise<void> {
  const { srf, client, peer, served } = play;
  const dialog = later<Dialog>();
  srf.invite((request, reply) => void srf.createUAS(request, reply, ANSWER).then(dialog.keep));
  await client.routed();
  const { invite, ok } = await call(play);
  const { modify, request } = bind(await dialog.value);
  const held = modify(sdp(50_000, 'sendonly', 2));
  const hold = await peer.expectRequest('INVITE');
  peer.answer(hold, 200, { reason: 'OK', body: sdp(40_000, 'recvonly', 2) });
  await peer.expectRequest('ACK');
  await held;
  const told = request({ method: 'INFO', body: 'Signal=1\r\n', headers: { 'Content-Type': 'application/dtmf-relay' } });
  peer.answer(await peer.expectRequest('INFO'), 200, { reason: 'OK', contact: false });
  await told;
  void request({ method: 'INVITE', body: sdp(50_000, 'sendrecv', 3) }).catch(() => {});
  peer.answer(await peer.expectRequest('INVITE'), 491, { reason: 'Request Pending', contact: false });
  await peer.expectRequest('ACK');
  await served('NOK');
  peer.within(invite, ok, 'BYE', 2);
  await peer.expectResponse(200, 'BYE');
}

const bind = (dialog: Dialog): Pick<Dialog, 'modify' | 'request'> => ({
  modify: (text) => dialog.modify(text),
  request: (options) => dialog.request(options),
});

async function referInDialog(play: Play): Promise<void> {
  const { srf, client, peer } = play;
  srf.invite((request, reply) => {
    void srf.createUAS(request, reply, ANSWER).then((dialog) => {
      dialog.on('destroy', () => {});
      dialog.on('refer', (_, answer) => {
        answer.send(202);
        const headers = {
          Event: 'refer',
          'Subscription-State': 'terminated;reason=noresource',
          'Content-Type': 'message/sipfrag',
        };
        void dialog.request({ method: 'NOTIFY', headers, body: 'SIP/2.0 200 OK' });
      });
    });
  });
  await client.routed();
  const { invite, ok } = await call(play);
  peer.within(invite, ok, 'REFER', 2, { extra: ['Refer-To: <sip:202@127.0.0.1>'] });
  await peer.expectResponse(202);
  peer.answer(await peer.expectRequest('NOTIFY'), 200, { reason: 'OK', contact: false });
  await play.served('CSeq: 2 NOTIFY\r\nContent-Length: 0');
  peer.within(invite, ok, 'BYE', 3);
  await peer.expectResponse(200, 'BYE');
}

async function cdr(play: Play): Promise<void> {
  const { srf, client, peer } = play;
  srf
    .on('cdr:attempt', () => {})
    .on('cdr:start', () => {})
    .on('cdr:stop', () => {});
  srf.invite((request, reply) => {
    void srf.createUAS(request, reply, ANSWER).then((dialog) => dialog.on('destroy', () => {}));
  });
  await client.routed();
  const { invite, ok } = await call(play);
  peer.within(invite, ok, 'BYE', 2);
  await peer.expectResponse(200, 'BYE');
}

async function sessionTimer(play: Play): Promise<void> {
  const { srf, client, peer, stand } = play;
  const headers = { 'Session-Expires': '90;refresher=uac', Require: 'timer' };
  srf.invite((request, reply) => {
    void srf.createUAS(request, reply, { ...ANSWER, headers }).then((dialog) => {
      dialog.on('destroy', () => {}).on('modify', () => {});
    });
  });
  await client.routed();
  await call(play, ['Supported: timer', 'Session-Expires: 90;refresher=uac', 'Min-SE: 90']);
  stand.clock.advance(90_000);
  peer.answer(await peer.expectRequest('BYE'), 200, { reason: 'OK', contact: false });
}

async function clientGone(play: Play): Promise<void> {
  const { srf, client } = play;
  srf.invite((request, reply) => void srf.createUAS(request, reply, ANSWER));
  await client.routed();
  await call(play);
  srf.disconnect();
}

export const uasScenarios: readonly Scenario[] = [
  { file: '01-connect-route-ping', run: connectRoutePing },
  { file: '02-uas-answer-peer-bye', run: answerPeerBye },
  { file: '03-uas-answer-app-bye', run: answerAppBye },
  { file: '04-uas-reject', run: reject },
  { file: '05-uas-cancel-after-180', run: cancelAfter180 },
  { file: '06-uas-cancel-before-any-response', run: cancelBeforeAnyResponse },
  { file: '07-uas-lost-ack', run: lostAck },
  { file: '08-uas-100rel', run: reliableProvisional },
  { file: '09-uas-reinvite-hold', run: reinviteHold },
  { file: '10-uas-app-reinvite-info', run: appReinviteInfo },
  { file: '30-refer-in-dialog', run: referInDialog },
  { file: '31-cdr', run: cdr },
  { file: '32-session-timer', run: sessionTimer },
  { file: '33-client-gone-with-call-up', run: clientGone },
];
