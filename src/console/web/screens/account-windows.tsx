/** The windows in which accounts are made and changed, and the Mayor's authorisations entered. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { command, post } from '../api.js';
import { say } from '../language.js';
import { Check, Dialog, Input, Note, ProblemNote } from '../parts/basics.js';
import { useDoing } from '../use.js';
import { roleName, roleOrder } from '../words.js';
import type { Account, Open } from '../account.js';

function Roles({ chosen, set }: { chosen: readonly string[]; set: (roles: string[]) => void }): JSX.Element {
  return (
    <fieldset>
      <legend>{say('Role', 'Roles')}</legend>
      {roleOrder.map((role) => (
        <Check
          key={role}
          label={roleName(role)}
          checked={chosen.includes(role)}
          set={(on) => set(on ? [...chosen, role] : chosen.filter((one) => one !== role))}
        />
      ))}
    </fieldset>
  );
}

const Waits = ({ close }: { close: () => void }): JSX.Element => (
  <>
    <Note tone="good">
      {say(
        'Rola z prawem odsłuchu czeka na potwierdzenie Sekretarza.',
        'A role that hears waits for the Secretary to confirm it.',
      )}
    </Note>
    <button type="button" onClick={close}>
      {say('Zamknij', 'Close')}
    </button>
  </>
);

interface Changed {
  readonly pending?: { readonly state: string };
}

/** A window with one form; it closes when that is done, or says that the Secretary has to confirm. */
function FormWindow({
  title,
  close,
  send,
  tone = 'main',
  children,
}: {
  title: string;
  close: () => void;
  send: () => Promise<Changed>;
  tone?: 'main' | 'danger';
  children: ComponentChildren;
}): JSX.Element {
  const [waits, setWaits] = useState(false);
  const { busy, problem, run } = useDoing();
  const submit = (event: Event): void => {
    event.preventDefault();
    void run(async () => {
      const { pending } = await send();
      if (pending?.state === 'asked') setWaits(true);
      else close();
    });
  };
  return (
    <Dialog title={title} close={close}>
      {waits ? (
        <Waits close={close} />
      ) : (
        <form onSubmit={submit}>
          <ProblemNote problem={problem} />
          {children}
          <p class="row end">
            <button type="button" onClick={close}>
              {say('Anuluj', 'Cancel')}
            </button>
            <button type="submit" class={tone} disabled={busy}>
              {say('Zapisz', 'Save')}
            </button>
          </p>
        </form>
      )}
    </Dialog>
  );
}

export function NewAccount({ close }: { close: () => void }): JSX.Element {
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<string[]>([]);
  const send = (): Promise<Changed> =>
    post('/accounts', { login, name, roles, reason: say('nowe konto', 'new account') });
  return (
    <FormWindow title={say('Nowe konto', 'New account')} close={close} send={send}>
      <Input label={say('Imię i nazwisko', 'Name')} value={name} set={setName} required />
      <Input
        label={say('Nazwa użytkownika', 'User name')}
        help={say('małe litery, np. jkowalska', 'small letters, e.g. jkowalska')}
        value={login}
        set={setLogin}
        required
      />
      <Roles chosen={roles} set={setRoles} />
    </FormWindow>
  );
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function Edit({ account, close }: { account: Account; close: () => void }): JSX.Element {
  const [name, setName] = useState(account.name);
  const [units, setUnits] = useState(account.units.join(', '));
  const [extensions, setExtensions] = useState(account.extensions.join(', '));
  const [roles, setRoles] = useState<string[]>([...account.roles]);
  const [reason, setReason] = useState('');
  const rolesChanged = roles.toSorted().join() !== account.roles.toSorted().join();
  const send = async (): Promise<Changed> => {
    await command('PUT', `/accounts/${account.id}`, { name, units: listed(units), extensions: listed(extensions) });
    return rolesChanged ? command('PUT', `/accounts/${account.id}/roles`, { roles, reason }) : {};
  };
  return (
    <FormWindow title={account.name} close={close} send={send}>
      <Input label={say('Imię i nazwisko', 'Name')} value={name} set={setName} required />
      <Input
        label={say('Komórki, którymi kieruje', 'Units that the person heads')}
        help={say('po przecinku', 'with commas between')}
        value={units}
        set={setUnits}
      />
      <Input
        label={say('Numery wewnętrzne tej osoby', "The person's extensions")}
        help={say('po przecinku', 'with commas between')}
        value={extensions}
        set={setExtensions}
      />
      <Roles chosen={roles} set={setRoles} />
      {rolesChanged ? (
        <Input label={say('Powód zmiany ról', 'Why the roles change')} value={reason} set={setReason} required />
      ) : null}
    </FormWindow>
  );
}

export function Authorise({ account, close }: { account: Account; close: () => void }): JSX.Element {
  const [number, setNumber] = useState('');
  const [scope, setScope] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const send = async (): Promise<Changed> => {
    await post('/authorisations', { account: account.id, number, scope, from, ...(until ? { until } : {}) });
    return {};
  };
  return (
    <FormWindow
      title={say('Upoważnienie Burmistrza (§ 6 ust. 2)', "The Mayor's authorisation (§ 6.2)")}
      close={close}
      send={send}
    >
      <p>{account.name}</p>
      <Input label={say('Numer upoważnienia', 'Number')} value={number} set={setNumber} required />
      <Input label={say('Zakres', 'Scope')} value={scope} set={setScope} required />
      <Input label={say('Od dnia', 'From')} type="date" value={from} set={setFrom} required />
      <Input
        label={say('Do dnia (puste: do odwołania)', 'Until (empty: until it is withdrawn)')}
        type="date"
        value={until}
        set={setUntil}
      />
    </FormWindow>
  );
}

export function Reasoned({
  open,
  close,
}: {
  open: Extract<Open, { account: Account }>;
  close: () => void;
}): JSX.Element {
  const [reason, setReason] = useState('');
  const { account, what } = open;
  const send = async (): Promise<Changed> => {
    if (what === 'factor') await post(`/accounts/${account.id}/second-factor-reset`, { reason });
    else if (account.blocked) await post(`/accounts/${account.id}/unblock`);
    else await post(`/accounts/${account.id}/block`, { why: reason });
    return {};
  };
  return (
    <FormWindow
      title={
        what === 'factor'
          ? say('Nowy drugi składnik', 'New second factor')
          : account.blocked
            ? say('Odblokowanie konta', 'Unblock')
            : say('Blokada konta', 'Block')
      }
      close={close}
      send={send}
      tone="danger"
    >
      <p>{account.name}</p>
      {what === 'factor' ? <Note>{say('Zmianę potwierdza Sekretarz.', 'The Secretary confirms it.')}</Note> : null}
      <Input label={say('Powód', 'Reason')} value={reason} set={setReason} lines={2} required />
    </FormWindow>
  );
}
