/** What an access request says: who asks, for which call, and why. */
import type { ComponentChildren, JSX } from 'preact';
import { onDay, say } from '../language.js';
import { kindName } from '../request-words.js';
import type { RequestView } from '../../routes/requests/views.js';

const Row = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null =>
  children === undefined || children === '' ? null : (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );

export function Facts({ view }: { view: RequestView }): JSX.Element {
  const { form } = view;
  const { street, postalCode, town, electronicDelivery } = form.requester.address;
  return (
    <section class="card" aria-labelledby="facts">
      <h2 id="facts">{form.requester.name}</h2>
      <dl class="stacked">
        <Row name={say('O co wnosi', 'Asks for')}>{kindName(view.kind)}</Row>
        <Row name={say('Wpłynął', 'Received')}>{onDay(view.receivedOn)}</Row>
        <Row name={say('Znak sprawy', 'Case sign')}>{view.caseSign}</Row>
        <Row name={say('Adres', 'Address')}>
          {[street, [postalCode, town].filter(Boolean).join(' '), electronicDelivery].filter(Boolean).join(', ')}
        </Row>
        <Row name={form.agent?.as === 'guardian' ? say('Opiekun prawny', 'Guardian') : say('Pełnomocnik', 'Agent')}>
          {form.agent ? `${form.agent.name}, ${form.agent.document}` : undefined}
        </Row>
        <Row name={say('Telefon', 'Telephone')}>{form.number}</Row>
        <Row name={say('Rozmowa', 'Call')}>
          {form.calls.map(({ on, time }) => (time ? `${onDay(on)}, ${time}` : onDay(on))).join('; ')}
        </Row>
        <Row name={say('Z kim', 'With')}>{form.spokeWith}</Row>
        <Row name={say('Czego dotyczyła', 'About')}>{form.concerns}</Row>
        <Row name={say('Cel', 'Purpose')}>{form.purpose}</Row>
        <Row name={say('Inne okoliczności', 'Other facts')}>{form.otherFacts}</Row>
      </dl>
    </section>
  );
}
