/** The two client machines against figures 5 and 6 of RFC 3261 and RFC 6026's changes: every arrow, and what is no arrow. */
import {
  CALLING,
  inviteClient,
  nonInviteClient,
  TRYING,
  type ClientEvent,
  type InviteClientState,
  type NonInviteClientState,
} from '../../../../src/sip/transaction/client.js';
import type { TimerName } from '../../../../src/sip/transaction/timers.js';
import { checkArrows, response } from '../../../support/sip/machine-table.js';

const start: ClientEvent = { type: 'start' };
const error: ClientEvent = { type: 'transport-error' };
const gets = (status: number): ClientEvent => ({ type: 'response', response: response(status) });
const timer = (name: TimerName): ClientEvent => ({ type: 'timer', timer: name });

describe('the INVITE client transaction (figure 5, RFC 6026 figure 2)', () => {
  const proceeding: InviteClientState = { name: 'proceeding' };
  const completed: InviteClientState = { name: 'completed' };
  const accepted: InviteClientState = { name: 'accepted' };
  const terminated: InviteClientState = { name: 'terminated' };
  const heard = ['stop A', 'stop B'];

  checkArrows(inviteClient, [
    { name: 'INVITE from the user', from: CALLING, event: start, to: 'calling', effects: ['send', 'A 500', 'B 32000'], reliably: { effects: ['send', 'B 32000'] } },
    { name: 'timer A', from: CALLING, event: timer('A'), to: 'calling', effects: ['send', 'A 1000'] },
    { name: 'timer A again', from: { name: 'calling', interval: 8000 }, event: timer('A'), to: 'calling', effects: ['send', 'A 16000'] },
    { name: 'timer B', from: CALLING, event: timer('B'), to: 'terminated', effects: ['timeout'] },
    { name: 'transport error', from: CALLING, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: '100', from: CALLING, event: gets(100), to: 'proceeding', effects: [...heard, 'pass 100'] },
    { name: '199', from: CALLING, event: gets(199), to: 'proceeding', effects: [...heard, 'pass 199'] },
    { name: '200', from: CALLING, event: gets(200), to: 'accepted', effects: [...heard, 'pass 200', 'M 32000'] },
    { name: '300', from: CALLING, event: gets(300), to: 'completed', effects: [...heard, 'ack 300', 'pass 300', 'D 32000'], reliably: { to: 'terminated', effects: [...heard, 'ack 300', 'pass 300'] } },
    { name: '180', from: proceeding, event: gets(180), to: 'proceeding', effects: ['pass 180'] },
    { name: '299', from: proceeding, event: gets(299), to: 'accepted', effects: [...heard, 'pass 299', 'M 32000'] },
    { name: '699', from: proceeding, event: gets(699), to: 'completed', effects: [...heard, 'ack 699', 'pass 699', 'D 32000'], reliably: { to: 'terminated', effects: [...heard, 'ack 699', 'pass 699'] } },
    { name: 'a transport error', from: proceeding, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'the end of a CANCEL’s patience', from: proceeding, event: timer('B'), to: 'terminated', effects: ['timeout'] },
    { name: 'the refusal again', from: completed, event: gets(486), to: 'completed', effects: ['ack 486'] },
    { name: 'a provisional that came late', from: completed, event: gets(180), to: 'completed', effects: [] },
    { name: 'transport error of the ACK', from: completed, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: 'timer D', from: completed, event: timer('D'), to: 'terminated', effects: [] },
    { name: '2xx again, or of another fork', from: accepted, event: gets(200), to: 'accepted', effects: ['pass 200'] },
    { name: 'anything else', from: accepted, event: gets(486), to: 'accepted', effects: [] },
    { name: 'timer M', from: accepted, event: timer('M'), to: 'terminated', effects: [] },
    { name: 'anything', from: terminated, event: gets(200), to: 'terminated', effects: [] },
  ]); // prettier-ignore
});

describe('the non-INVITE client transaction (figure 6)', () => {
  const proceeding: NonInviteClientState = { name: 'proceeding' };
  const completed: NonInviteClientState = { name: 'completed' };
  const done = ['stop E', 'stop F'];

  checkArrows(nonInviteClient, [
    { name: 'request from the user', from: TRYING, event: start, to: 'trying', effects: ['send', 'E 500', 'F 32000'], reliably: { effects: ['send', 'F 32000'] } },
    { name: 'timer E', from: TRYING, event: timer('E'), to: 'trying', effects: ['send', 'E 1000'] },
    { name: 'timer E at its longest', from: { name: 'trying', interval: 4000 }, event: timer('E'), to: 'trying', effects: ['send', 'E 4000'] },
    { name: 'timer F', from: TRYING, event: timer('F'), to: 'terminated', effects: ['timeout'] },
    { name: 'transport error', from: TRYING, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: '100', from: TRYING, event: gets(100), to: 'proceeding', effects: ['pass 100', 'E 4000'], reliably: { effects: ['pass 100'] } },
    { name: '200', from: TRYING, event: gets(200), to: 'completed', effects: [...done, 'pass 200', 'K 5000'], reliably: { to: 'terminated', effects: [...done, 'pass 200'] } },
    { name: 'timer E', from: proceeding, event: timer('E'), to: 'proceeding', effects: ['send', 'E 4000'] },
    { name: 'timer F', from: proceeding, event: timer('F'), to: 'terminated', effects: ['timeout'] },
    { name: 'transport error', from: proceeding, event: error, to: 'terminated', effects: ['unreachable'] },
    { name: '183', from: proceeding, event: gets(183), to: 'proceeding', effects: ['pass 183', 'E 4000'], reliably: { effects: ['pass 183'] } },
    { name: '404', from: proceeding, event: gets(404), to: 'completed', effects: [...done, 'pass 404', 'K 5000'], reliably: { to: 'terminated', effects: [...done, 'pass 404'] } },
    { name: 'the response again', from: completed, event: gets(200), to: 'completed', effects: [] },
    { name: 'timer K', from: completed, event: timer('K'), to: 'terminated', effects: [] },
    { name: 'anything', from: { name: 'terminated' }, event: gets(200), to: 'terminated', effects: [] },
  ]); // prettier-ignore
});
