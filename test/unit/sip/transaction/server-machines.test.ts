/** The two server machines against figures 7 and 8 of RFC 3261 and RFC 6026's changes: every arrow, and what is no arrow. */
import {
  inviteServer,
  nonInviteServer,
  PROCEEDING,
  WAITING,
  type InviteServerState,
  type NonInviteServerState,
  type ServerEvent,
} from '../../../../src/sip/transaction/server.js';
import type { TimerName } from '../../../../src/sip/transaction/timers.js';
import { checkArrows, response } from '../../../support/sip/machine-table.js';

const repeat: ServerEvent = { type: 'repeat' };
const ack: ServerEvent = { type: 'ack' };
const error: ServerEvent = { type: 'transport-error' };
const answers = (status: number): ServerEvent => ({ type: 'respond', response: response(status) });
const timer = (name: TimerName): ServerEvent => ({ type: 'timer', timer: name });

describe('the INVITE server transaction (figure 7, RFC 6026 figure 1)', () => {
  const rung: InviteServerState = { name: 'proceeding', last: response(180) };
  const completed: InviteServerState = { name: 'completed', last: response(486), interval: 500 };
  const confirmed: InviteServerState = { name: 'confirmed' };
  const accepted: InviteServerState = { name: 'accepted' };

  checkArrows(inviteServer, [
    { name: 'INVITE again before any answer', from: PROCEEDING, event: repeat, to: 'proceeding', effects: [] },
    { name: '101-199 from the user', from: PROCEEDING, event: answers(180), to: 'proceeding', effects: ['respond 180'] },
    { name: 'INVITE again', from: rung, event: repeat, to: 'proceeding', effects: ['respond 180'] },
    { name: '2xx from the user', from: rung, event: answers(200), to: 'accepted', effects: ['respond 200', 'L 32000'] },
    { name: '300-699 from the user', from: rung, event: answers(486), to: 'completed', effects: ['respond 486', 'G 500', 'H 32000'], reliably: { effects: ['respond 486', 'H 32000'] } },
    { name: 'transport error', from: rung, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'INVITE again', from: completed, event: repeat, to: 'completed', effects: ['respond 486'] },
    { name: 'timer G', from: completed, event: timer('G'), to: 'completed', effects: ['respond 486', 'G 1000'] },
    { name: 'timer G at its longest', from: { ...completed, interval: 4000 }, event: timer('G'), to: 'completed', effects: ['respond 486', 'G 4000'] },
    { name: 'timer H', from: completed, event: timer('H'), to: 'terminated', effects: ['no-ack'] },
    { name: 'transport error', from: completed, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'another answer from the user', from: completed, event: answers(200), to: 'completed', effects: [] },
    { name: 'ACK', from: completed, event: ack, to: 'confirmed', effects: ['stop G', 'stop H', 'I 5000'], reliably: { to: 'terminated', effects: ['stop G', 'stop H'] } },
    { name: 'ACK again', from: confirmed, event: ack, to: 'confirmed', effects: [] },
    { name: 'INVITE again', from: confirmed, event: repeat, to: 'confirmed', effects: [] },
    { name: 'timer I', from: confirmed, event: timer('I'), to: 'terminated', effects: [] },
    { name: 'INVITE again', from: accepted, event: repeat, to: 'accepted', effects: [] },
    { name: '2xx again, from the user', from: accepted, event: answers(200), to: 'accepted', effects: ['respond 200'] },
    { name: 'a refusal from the user', from: accepted, event: answers(486), to: 'accepted', effects: [] },
    { name: 'timer L', from: accepted, event: timer('L'), to: 'terminated', effects: [] },
    { name: 'anything', from: { name: 'terminated' }, event: repeat, to: 'terminated', effects: [] },
  ]); // prettier-ignore
});

describe('the non-INVITE server transaction (figure 8)', () => {
  const proceeding: NonInviteServerState = { name: 'proceeding', last: response(183) };
  const completed: NonInviteServerState = { name: 'completed', last: response(200) };

  checkArrows(nonInviteServer, [
    { name: 'the request again', from: WAITING, event: repeat, to: 'trying', effects: [] },
    { name: '1xx from the user', from: WAITING, event: answers(183), to: 'proceeding', effects: ['respond 183'] },
    { name: '200-699 from the user', from: WAITING, event: answers(200), to: 'completed', effects: ['respond 200', 'J 32000'], reliably: { to: 'terminated', effects: ['respond 200'] } },
    { name: 'the request again', from: proceeding, event: repeat, to: 'proceeding', effects: ['respond 183'] },
    { name: '1xx from the user', from: proceeding, event: answers(100), to: 'proceeding', effects: ['respond 100'] },
    { name: '200-699 from the user', from: proceeding, event: answers(404), to: 'completed', effects: ['respond 404', 'J 32000'], reliably: { to: 'terminated', effects: ['respond 404'] } },
    { name: 'transport error', from: proceeding, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'the request again', from: completed, event: repeat, to: 'completed', effects: ['respond 200'] },
    { name: 'another answer from the user', from: completed, event: answers(404), to: 'completed', effects: [] },
    { name: 'transport error', from: completed, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'timer J', from: completed, event: timer('J'), to: 'terminated', effects: [] },
    { name: 'anything', from: { name: 'terminated' }, event: repeat, to: 'terminated', effects: [] },
  ]); // prettier-ignore
});
