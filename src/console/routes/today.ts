/** What goes on now: calls, trunks, handsets, disk, alarms. */
import { z } from 'zod';
import { liveCall, officeStatus } from '../../calls/office-status.js';
import type { Telephony } from '../doors.js';
import { json, type Route } from '../frame/route.js';

export function todayRoutes(office: Telephony): Route[] {
  return [
    json({
      method: 'GET',
      path: '/live',
      summary: 'The calls that run now, the oldest first',
      needs: 'live.see',
      audit: () => ({ event: 'search', facts: { filters: ['live'] } }),
      answer: z.object({ calls: z.array(liveCall) }),
      handle: () => ({ calls: [...office.live()] }),
    }),
    json({
      method: 'GET',
      path: '/status',
      summary: 'Trunks, handsets, disk and alarms',
      needs: 'live.see',
      audit: 'nothing',
      answer: officeStatus,
      handle: () => office.status(),
    }),
  ];
}
