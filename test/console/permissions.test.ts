import { expect } from 'chai';
import { cell } from '../../src/accounts/permissions.js';
import { roles, type Role } from '../../src/accounts/roles.js';
import { RedisStand } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

/** A path with something in the place of each parameter. */
const concrete = (path: string, id: string): string => path.replace(/:id/, id).replaceAll(/:\w+/g, 'A'.repeat(32));

/** What needs no role: the own account, and what everybody has to find their way; each sees to it what it shows to whom. */
const forEverybody = [
  'GET /me',
  'GET /me/left',
  'POST /logout',
  'POST /me/password',
  'POST /me/second-factor',
  'POST /me/second-factor/confirm',
  'GET /me/sessions',
  'POST /me/sessions/:session/end',
  'POST /me/sessions/end-others',
  'GET /recordings/:grant',
  'POST /recordings/:grant/heard',
  'DELETE /recordings/:grant',
  'GET /people',
  'GET /deputies',
  'GET /events',
];

describe('every route of the console', function () {
  this.timeout(180_000);
  let redis: RedisStand;
  let whole: Whole;
  const ids = new Map<Role, string>();
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    // The Secretary last: from then on roles that hear wait for a second person.
    for (const role of roles.toSorted((a, b) => Number(a === 'secretary') - Number(b === 'secretary')))
      ids.set(role, await whole.account(`only.${role.replace('_', '.')}`, role));
  });
  after(async () => {
    await whole.close();
    await redis.close();
  });

  it('but those of logging in and of first links is closed to who is not logged in', async () => {
    const open = whole.routes.filter(({ needs }) => needs === 'public').map(({ method, path }) => `${method} ${path}`);
    expect(open).to.have.members(['POST /login', 'POST /links/look', 'POST /links/redeem']);
    for (const { method, path, needs } of whole.routes) {
      if (needs === 'public') continue;
      const reply = await whole.ask(method, concrete(path, whole.call.entry.id));
      expect(reply.statusCode, `${method} ${path}`).to.equal(401);
    }
  });

  it('but those of the own account and the like needs a role', () => {
    const all = whole.routes.filter(({ needs }) => needs === 'person').map(({ method, path }) => `${method} ${path}`);
    expect(all).to.have.members(forEverybody);
  });

  for (const role of roles)
    it(`is open to the role ${role} where the table says so, and nowhere else; refusals are in the audit log`, async () => {
      const id = ids.get(role) ?? '';
      let refused = 0;
      for (const { method, path, needs } of whole.routes) {
        if (needs === 'public' || needs === 'person') continue;
        const visitor = await whole.visitor(id);
        const reply = await whole.ask(method, concrete(path, whole.call.entry.id), visitor);
        const says = cell(needs, role);
        const name = `${role}: ${method} ${path} (${needs}: ${says})`;
        if (says === 'no') expect(reply.statusCode, name).to.equal(403);
        if (says === 'no') refused += 1;
        if (says === 'yes') expect(reply.statusCode, name).not.to.be.oneOf([401, 403]);
      }
      const own = (await whole.events('refused')).filter(({ by, why }) => by === id && why === 'role');
      expect(own.length).to.equal(refused);
    });

  it('is closed to who has not set up the second factor yet, but the routes that do that', async () => {
    const id = await whole.account('limited', 'auditor');
    for (const { method, path, needs } of whole.routes) {
      if (needs === 'public' || needs === 'person' || cell(needs, 'auditor') !== 'yes') continue;
      const reply = await whole.ask(
        method,
        concrete(path, whole.call.entry.id),
        await whole.visitor(id, 'second-factor'),
      );
      expect(reply.statusCode, `${method} ${path}`).to.equal(403);
    }
  });
});
