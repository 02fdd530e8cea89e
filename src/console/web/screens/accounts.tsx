/** Accounts: who works here, in which roles, and whom the Mayor let hear. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { say, shortDay, when } from '../language.js';
import { Await, Dialog, Mark, Note, ProblemNote, Title } from '../parts/basics.js';
import { useDoing, useLoaded } from '../use.js';
import { roleName } from '../words.js';
import { Authorise, Edit, NewAccount, Reasoned } from './account-windows.js';
import type { Account, Open } from '../account.js';

interface Authorisation {
  readonly id: string;
  readonly account: string;
  readonly number: string;
  readonly from: string;
  readonly until?: string;
  readonly withdrawn?: { readonly at: number };
}

export function Accounts(): JSX.Element {
  const [loaded, again] = useLoaded<{ accounts: readonly Account[] }>('/accounts');
  const [papers, papersAgain] = useLoaded<{ authorisations: readonly Authorisation[] }>('/authorisations');
  const [open, setOpen] = useState<Open>();
  const close = (): void => {
    setOpen(undefined);
    again();
    papersAgain();
  };
  const authorisations = papers.state === 'there' ? papers.value.authorisations : [];
  return (
    <>
      <Title>{say('Konta', 'Accounts')}</Title>
      <p>
        <button type="button" class="main" onClick={() => setOpen({ what: 'new' })}>
          {say('Nowe konto', 'New account')}
        </button>
      </p>
      <Await of={loaded} again={again}>
        {({ accounts }) => (
          <section class="card" aria-label={say('Konta', 'Accounts')}>
            <table class="cards">
              <thead>
                <tr>
                  <th scope="col">{say('Osoba', 'Person')}</th>
                  <th scope="col">{say('Role', 'Roles')}</th>
                  <th scope="col">{say('Upoważnienie do odsłuchu', 'Authorisation to hear')}</th>
                  <th scope="col">{say('Logowanie', 'Log-in')}</th>
                  <th scope="col">{say('Czynności', 'Actions')}</th>
                </tr>
              </thead>
              <tbody>
                {accounts.map((account) => (
                  <AccountRow
                    key={account.id}
                    account={account}
                    authorisations={authorisations.filter((one) => one.account === account.id && !one.withdrawn)}
                    open={setOpen}
                    changed={close}
                  />
                ))}
              </tbody>
            </table>
          </section>
        )}
      </Await>
      {open?.what === 'new' ? <NewAccount close={close} /> : null}
      {open?.what === 'edit' ? <Edit account={open.account} close={close} /> : null}
      {open?.what === 'authorise' ? <Authorise account={open.account} close={close} /> : null}
      {open?.what === 'block' || open?.what === 'factor' ? <Reasoned open={open} close={close} /> : null}
    </>
  );
}

interface RowProps {
  readonly account: Account;
  readonly authorisations: readonly Authorisation[];
  readonly open: (open: Open) => void;
  readonly changed: () => void;
}

const AccountRow = ({ account, authorisations, open, changed }: RowProps): JSX.Element => (
  <tr>
    <td data-label={say('Osoba', 'Person')} class="break">
      <strong>{account.name}</strong>
      <div class="soft">{account.login}</div>
    </td>
    <td data-label={say('Role', 'Roles')}>
      {account.roles.length === 0 ? <span class="soft">{say('bez ról', 'no roles')}</span> : null}
      {account.roles.map((role) => (
        <div key={role}>{roleName(role)}</div>
      ))}
      {account.units.length > 0 ? <div class="soft small">{account.units.join(', ')}</div> : null}
    </td>
    <td data-label={say('Upoważnienie do odsłuchu', 'Authorisation to hear')}>
      {authorisations.length === 0 ? <span class="soft">–</span> : null}
      {authorisations.map((one) => (
        <AuthorisationLine key={one.id} one={one} changed={changed} />
      ))}
    </td>
    <td data-label={say('Logowanie', 'Log-in')}>
      <LogInMarks account={account} />
    </td>
    <td data-label={say('Czynności', 'Actions')}>
      <Actions account={account} open={open} />
    </td>
  </tr>
);

function AuthorisationLine({ one, changed }: { one: Authorisation; changed: () => void }): JSX.Element {
  const { busy, problem, run } = useDoing();
  const why = say('cofnięte przez Burmistrza', 'withdrawn by the Mayor');
  const withdraw = (): void => void run(async () => post(`/authorisations/${one.id}/withdraw`, { why }).then(changed));
  return (
    <div>
      {one.number}
      <div class="soft small">
        {say('od', 'from')} {shortDay(one.from)}
        {one.until ? ` ${say('do', 'until')} ${shortDay(one.until)}` : ''}
      </div>
      <ProblemNote problem={problem} />
      <button type="button" class="plain small" disabled={busy} onClick={withdraw}>
        {say('Cofnij upoważnienie', 'Withdraw the authorisation')}
      </button>
    </div>
  );
}

const LogInMarks = ({ account }: { account: Account }): JSX.Element => (
  <div class="marks">
    {account.blocked ? <Mark tone="bad">{say('zablokowane', 'blocked')}</Mark> : null}
    {account.hasPassword ? (
      <Mark tone="good">{say('hasło', 'password')}</Mark>
    ) : (
      <Mark tone="warn">{say('bez hasła', 'no password yet')}</Mark>
    )}
    {account.hasSecondFactor ? <Mark tone="good">{say('drugi składnik', 'second factor')}</Mark> : null}
  </div>
);

function Actions({ account, open }: Pick<RowProps, 'account' | 'open'>): JSX.Element {
  const [link, setLink] = useState<LinkMade>();
  const { problem, run } = useDoing();
  const made = (): void => void run(async () => setLink(await post<LinkMade>(`/accounts/${account.id}/link`)));
  const button = (
    <button type="button" onClick={made}>
      {say('Odnośnik do hasła', 'Password link')}
    </button>
  );
  return (
    <>
      <div class="row">
        <button type="button" onClick={() => open({ what: 'edit', account })}>
          {say('Zmień', 'Edit')}
        </button>
        {account.hasPassword ? null : button}
      </div>
      <details>
        <summary>{say('Więcej', 'More')}</summary>
        <div class="row">
          {account.hasPassword ? button : null}
          <button type="button" onClick={() => open({ what: 'authorise', account })}>
            {say('Wpisz upoważnienie', 'Enter an authorisation')}
          </button>
          {account.hasSecondFactor ? (
            <button type="button" onClick={() => open({ what: 'factor', account })}>
              {say('Zgubiony telefon', 'Lost telephone')}
            </button>
          ) : null}
          <button type="button" class="danger" onClick={() => open({ what: 'block', account })}>
            {account.blocked ? say('Odblokuj', 'Unblock') : say('Zablokuj', 'Block')}
          </button>
        </div>
      </details>
      <ProblemNote problem={problem} />
      {link ? <HandOver account={account} link={link} close={() => setLink(undefined)} /> : null}
    </>
  );
}

interface LinkMade {
  readonly token: string;
  readonly expiresAt: number;
}

const HandOver = ({ account, link, close }: { account: Account; link: LinkMade; close: () => void }): JSX.Element => (
  <Dialog title={say('Odnośnik do hasła', 'Password link')} close={close}>
    <p>{account.name}</p>
    <Note tone="warn" title={say('Przekaż ten odnośnik osobiście', 'Hand this link over in person')}>
      <p class="break">
        <code>{`${location.origin}/link#${link.token}`}</code>
      </p>
      <p>
        {say('Działa jeden raz, do', 'It works once, until')} {when(link.expiresAt)}.
      </p>
    </Note>
    <p class="row end">
      <button type="button" class="main" onClick={close}>
        {say('Zamknij', 'Close')}
      </button>
    </p>
  </Dialog>
);
