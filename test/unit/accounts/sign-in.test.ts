/** Signing in: RFC 6238's codes, passwords by NIST SP 800-63B, and a throttle that strangers can't turn against the office. */
import { expect } from 'chai';
import type { LoggedIn } from '../../../src/accounts/sign-in.js';
import { Passwords } from '../../../src/accounts/password.js';
import { passwordProblem } from '../../../src/accounts/password-rules.js';
import { base32, fromBase32, hotp, keyUri, matchCode, recoveryHash, stepAt } from '../../../src/accounts/totp.js';
import { Office, as, cheap, commandLine } from '../../support/people.js';

const PASSWORD = 'cztery konie pod wieżą';

describe('one-time passwords', () => {
  const key = Buffer.from('12345678901234567890');
  /** RFC 6238, appendix B, SHA-1. */
  const vectors = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ] as const;
  for (const [seconds, code] of vectors)
    it(`at ${seconds} s: ${code}`, () => expect(hotp(key, stepAt(seconds * 1000), 8)).to.equal(code));

  it('base32 there and back (RFC 4648, section 10)', () => {
    expect(base32(Buffer.from('foobar'))).to.equal('MZXW6YTBOI');
    expect(fromBase32('MZXW6YTBOI').toString()).to.equal('foobar');
  });

  it('takes the neighbour steps, and none twice', () => {
    const secret = base32(key);
    const at = 1_000_000_000;
    const code = (shift: number): string => hotp(key, stepAt(at) + shift);
    expect([-1, 0, 1].map((shift) => matchCode(secret, code(shift), at, 0))).to.deep.equal(
      [-1, 0, 1].map((shift) => stepAt(at) + shift),
    );
    for (const shift of [-2, 2]) expect(matchCode(secret, code(shift), at, 0)).to.equal(undefined);
    expect(matchCode(secret, code(0), at, stepAt(at))).to.equal(undefined);
    expect(matchCode(secret, `${code(0).slice(0, 3)} ${code(0).slice(3)}`, at, 0)).to.equal(stepAt(at));
  });

  it('tells an authenticator all it needs', () =>
    expect(keyUri('ABC', 'jan', 'Urząd w Halinowie')).to.equal(
      'otpauth://totp/Urz%C4%85d%20w%20Halinowie:jan?secret=ABC&issuer=Urz%C4%85d%20w%20Halinowie&algorithm=SHA1&digits=6&period=30',
    ));
});

describe('which passwords are taken', () => {
  const known = ['jkowalska', 'Joanna', 'Kowalska', 'Urząd', 'Halinowie', 'halina'];
  const cases = [
    ['zamek nad wodą stał', true, undefined],
    ['zupełnie dowolne 7', false, undefined],
    ['krótkie1', true, 'too-short'],
    ['czternaścieznak', false, undefined],
    ['trzynaścieeee', false, 'too-short'],
    ['x'.repeat(129), true, 'too-long'],
    ['Haslo12345678', true, 'common'],
    ['P@ssw0rd-2026', true, 'common'],
    ['P@ssw0rdP@ssw0rd', true, 'repetitive'],
    ['Burmistrz2026!', true, 'common'],
    ['Październik2026', true, 'common'],
    ['1234567890123456', true, 'repetitive'],
    ['abcabcabcabcabc', true, 'repetitive'],
    ['Kowalska-Joanna-1', true, 'known-words'],
    ['hasło'.normalize('NFD').repeat(3), true, 'repetitive'],
  ] as const;
  for (const [password, secondFactor, problem] of cases)
    it(`${password.slice(0, 24)}: ${problem ?? 'taken'}`, () =>
      expect(passwordProblem(password, { secondFactor, known })).to.equal(problem));
});

describe('keeping passwords', () => {
  it('argon2id with 64 MiB and three passes; letters are the same however they were typed', async () => {
    const passwords = new Passwords();
    const kept = await passwords.hash('zażółć gęślą jaźń'.normalize('NFD'));
    expect(kept).to.match(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    expect(await passwords.verify(kept, 'zażółć gęślą jaźń'.normalize('NFC'))).to.equal(true);
    expect(await passwords.verify(kept, 'zazolc gesla jazn')).to.equal(false);
    expect(await passwords.verify(undefined, 'no account has this')).to.equal(false);
  });

  it('turns away who would wait behind a long queue', async () => {
    const passwords = new Passwords(cheap);
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => passwords.hash('x')));
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(22);
    expect(await passwords.hash('x')).to.be.a('string');
  });
});

describe('signing in', () => {
  let office: Office;
  let id = '';

  const logIn = (more: object = {}): Promise<LoggedIn> =>
    office.accounts.signIn.logIn({ login: 'front', password: PASSWORD, source: '10.0.0.7', ...more });
  const wrong = (more: object = {}): Promise<LoggedIn> => logIn({ password: 'nie to hasło, inne', ...more });
  /** Wrong passwords until nobody looks at them any more. */
  async function guess(source: string, login = 'front'): Promise<number> {
    for (let tries = 1; ; tries++) {
      const answer = await wrong({ source, login });
      if (answer.kind === 'throttled') return tries;
      if (tries > 100) throw new Error('never throttled');
    }
  }

  beforeEach(async () => {
    office = await Office.open();
    id = await office.add('front', ['front_office']);
    expect(await office.accounts.signIn.setPassword(commandLine, id, PASSWORD)).to.equal(undefined);
  });
  afterEach(() => office.accounts.close());

  it('takes the right password, in any case of the login, and puts it on record', async () => {
    const answer = await logIn({ login: ' Front ' });
    expect(answer.kind === 'ok' && answer.person).to.include({ id, login: 'front' });
    expect(office.audit.names().at(-1)).to.equal('login ok password');
    expect(office.audit.events.at(-1)?.actor).to.deep.equal({ by: 'account', id });
  });

  it('does not say what was wrong', async () => {
    const unknown = await logIn({ login: 'nobody' });
    const bad = await wrong();
    await office.accounts.block(commandLine, id, 'odszedł');
    const blocked = await logIn();
    expect([unknown, bad, blocked]).to.deep.equal([{ kind: 'wrong' }, { kind: 'wrong' }, { kind: 'wrong' }]);
    expect(office.audit.names().filter((name) => name.startsWith('login'))).to.deep.equal([
      'login failed',
      'login failed',
      'login locked',
    ]);
  });

  it('lets nobody in where the audit log can not be written', async () => {
    office.audit.broken = true;
    const error = await logIn().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: 'AUDIT_FAILED' });
  });

  it('outlives a restart; the password stands nowhere', async () => {
    await office.restart();
    expect((await logIn()).kind).to.equal('ok');
    const file = await office.files.open('/data/accounts/accounts.journal', 'read');
    const text = (await file.read(0, 100_000)).toString();
    await file.close();
    expect(text).to.include('$argon2id$').and.not.include('cztery konie');
  });

  it('strangers make strangers wait, not the person at the own desk', async () => {
    const first = await logIn();
    const device = first.kind === 'ok' ? first.device : '';
    expect(await guess('203.0.113.5')).to.be.lessThan(15);
    expect((await logIn({ source: '203.0.113.9' })).kind, 'a new browser').to.equal('throttled');
    expect((await logIn({ device })).kind, 'the own one').to.equal('ok');
    expect((await logIn({ device: `${device}x` })).kind, 'a forged token').to.equal('throttled');
    office.clock.advance(16 * 60_000);
    expect((await logIn({ source: '203.0.113.9' })).kind).to.equal('ok');
  });

  it("another's token is no help, and tries with the own one are counted too", async () => {
    const other = await office.add('other', ['front_office']);
    await office.accounts.signIn.setPassword(commandLine, other, PASSWORD);
    const theirs = await logIn({ login: 'other' });
    const device = theirs.kind === 'ok' ? theirs.device : '';
    await guess('203.0.113.5');
    expect((await logIn({ device })).kind).to.equal('throttled');
    const kinds: string[] = [];
    for (let i = 0; i < 12; i++) kinds.push((await wrong({ login: 'other', device })).kind);
    expect(kinds.at(-1)).to.equal('throttled');
  });

  it('one password at many accounts: the address waits', async () => {
    let throttled = 0;
    for (let i = 0; i < 35; i++) {
      if ((await wrong({ login: `name${i}`, source: '203.0.113.5' })).kind === 'throttled') throttled += 1;
    }
    expect(throttled).to.be.greaterThan(3);
    expect((await logIn()).kind, 'from elsewhere').to.equal('ok');
  });

  it('guesses that come at once are no more than one after another', async () => {
    const all = await Promise.allSettled(Array.from({ length: 22 }, (_, n) => wrong({ source: `203.0.113.${n}` })));
    const looked = all.filter((one) => one.status === 'fulfilled' && one.value.kind === 'wrong');
    expect(looked).to.have.length(10);
    const own = await Promise.all(Array.from({ length: 20 }, () => office.accounts.signIn.confirmIdentity(as(id), id, 'x'))); // prettier-ignore
    expect(own).not.to.include(true);
    expect(office.audit.names().filter((name) => name === 'login failed')).to.have.length(20);
  });

  it('right passwords, and those that nobody looked at, are no guesses', async () => {
    const other = await office.add('other', ['front_office']);
    await office.accounts.signIn.setPassword(commandLine, other, PASSWORD);
    for (let n = 0; n < 40; n++) expect((await logIn({ login: 'other' })).kind).to.equal('ok');
    expect((await wrong()).kind).to.equal('wrong');
  });

  it('a network of IPv6 is one source', async () => {
    const kinds: string[] = [];
    for (let n = 1; n < 36; n++)
      kinds.push((await wrong({ login: `name${n}`, source: `2001:db8::${n.toString(16)}:1` })).kind);
    expect(kinds.at(-1)).to.equal('throttled');
    expect((await wrong({ login: 'one', source: '2001:db8:0:1::1' })).kind, 'another network').to.equal('wrong');
    expect((await wrong({ login: 'two', source: '::ffff:203.0.113.7' })).kind, 'IPv4').to.equal('wrong');
  });

  it('changes the own password by the old one', async () => {
    const change = (old: string, next: string) => office.accounts.signIn.changePassword(as(id), id, { old, new: next });
    expect(await change('inne hasło, nieznane', 'nowe hasło, dość długie')).to.include('inne');
    expect(await change(PASSWORD, 'krótkie')).to.include('15 znaków');
    const seen: string[] = [];
    office.accounts.onChange((account, what) => seen.push(`${account} ${what}`));
    expect(await change(PASSWORD, 'nowe hasło, dość długie')).to.equal(undefined);
    expect(seen).to.deep.equal([`${id} password`]);
    expect((await logIn()).kind).to.equal('wrong');
  });

  describe('with a second factor', () => {
    let secret = '';
    let codes: readonly string[] = [];
    const code = (): string => hotp(fromBase32(secret), stepAt(office.clock.now()));
    beforeEach(async () => {
      ({ secret } = office.accounts.signIn.beginSecondFactor(id));
      expect(await office.accounts.signIn.confirmSecondFactor(as(id), id, '000000x')).to.equal(undefined);
      codes = (await office.accounts.signIn.confirmSecondFactor(as(id), id, code())) ?? [];
      office.clock.advance(30_000);
    });

    it('asks for the code, takes it once', async () => {
      expect((await logIn()).kind).to.equal('code-needed');
      expect((await logIn({ code: '12' })).kind).to.equal('wrong');
      expect((await logIn({ code: code() })).kind).to.equal('ok');
      expect((await logIn({ code: code() })).kind, 'the same again').to.equal('wrong');
      await office.restart();
      expect((await logIn({ code: code() })).kind, 'also after a restart').to.equal('wrong');
    });

    it('takes each recovery code once', async () => {
      expect(codes).to.have.length(10);
      const [one = ''] = codes;
      expect(recoveryHash(one.toLowerCase())).to.equal(recoveryHash(one));
      const answer = await logIn({ code: one });
      expect(answer.kind === 'ok' && answer.recoveryCodesLeft).to.equal(9);
      expect((await logIn({ code: one })).kind).to.equal('wrong');
      expect(office.audit.names()).to.include('second_factor used-recovery-code totp');
    });
  });

  it('the role demands a second factor: nothing else may be done before', async () => {
    const admin = await office.add('admin', ['administrator']);
    await office.accounts.signIn.setPassword(commandLine, admin, PASSWORD);
    expect((await logIn({ login: 'admin' })).kind).to.equal('must-enrol');
  });
});
