import { expect } from 'chai';
import { groupForms, groupMistakes, groupsSection, type GroupForm } from '../../../src/config/group-text.js';
import { parseConfig } from '../../../src/config/load.js';
import { targetsOf } from '../../../src/config/place-text.js';

const SECTION = `groups:
  # the second floor
  - { name: taxes, members: ["201", "202"], onNoAnswer: { group: desk } } # by order 3/2026
  - name: desk
    members: ["203"] # until somebody is hired
    ring: 45s
    code: "41"
    onBusy: { announce: busy }`;
const REST = `storage: { maxAge: 30d }
handsets:
  - { extension: "201", password: secret-of-201 }
  - { extension: "202", password: secret-of-202 }
  - { extension: "203", password: secret-of-203 }
`;
const config = (section: string) => parseConfig(`${REST}${section}\n`, 'x.yaml');

describe('groups of handsets in a form', () => {
  const given = config(SECTION);
  const forms = groupForms(given);
  const [taxes, desk] = forms as [GroupForm, GroupForm];
  const prompt = { leads: 'unsaid', to: '' } as const;

  it('are members, a way of ringing, seconds, and two places for calls that nobody takes', () => {
    expect(taxes).to.deep.equal({ was: 0, name: 'taxes', members: '201, 202', strategy: 'all', ring: '20', onBusy: prompt, onNoAnswer: { leads: 'group', to: 'desk' } }); // prettier-ignore
    expect(desk).to.deep.include({ ring: '45', onBusy: { leads: 'announce', to: 'busy' }, onNoAnswer: prompt });
  });

  it('that were not changed come back as they stood, to the letter', () => {
    expect(groupsSection(SECTION, forms, forms)).to.equal(SECTION);
  });

  it('are changed where the form says something else, and nowhere else', () => {
    const text = groupsSection(SECTION, forms, [
      { ...taxes, strategy: 'in-turn', onNoAnswer: prompt },
      { ...desk, members: '203, 201', ring: '30', onNoAnswer: { leads: 'handsets', to: '202' } },
    ]);
    const [first, second] = config(text).groups;
    expect(first).to.deep.include({ strategy: 'in-turn' }).and.not.to.have.property('onNoAnswer');
    expect(second).to.deep.include({
      members: ['203', '201'],
      ring: 30_000,
      code: '41',
      onBusy: { announce: 'busy' },
      onNoAnswer: { handsets: ['202'] },
    });
    for (const comment of ['# the second floor', '# by order 3/2026', '# until somebody is hired'])
      expect(text).to.contain(comment);
  });

  it('are added and taken away', () => {
    const added: GroupForm = { name: 'front', members: '201', strategy: 'longest-idle', ring: '15', onBusy: { leads: 'group', to: 'desk' }, onNoAnswer: prompt }; // prettier-ignore
    const { groups } = config(groupsSection(SECTION, forms, [desk, added]));
    expect(groups.map(({ name }) => name)).to.deep.equal(['desk', 'front']);
    expect(groups[1]).to.deep.include({ ring: 15_000, onBusy: { group: 'desk' } });
    expect(config(groupsSection('', [], [{ ...added, onBusy: prompt }])).groups).to.have.length(1);
  });

  it('have their mistakes told by field', () => {
    const targets = targetsOf(given, { announce: ['busy'], music: [] });
    expect(groupMistakes(forms, targets)).to.deep.equal([]);
    const wrong: GroupForm[] = [
      { name: 'desk', members: '201, 209', strategy: 'all', ring: '0', onBusy: { leads: 'queue', to: 'x' }, onNoAnswer: { leads: 'handsets', to: '' } }, // prettier-ignore
      { name: 'desk', members: '', strategy: 'all', ring: '20', onBusy: prompt, onNoAnswer: prompt },
    ];
    expect(groupMistakes(wrong, targets)).to.deep.equal([
      { index: 0, field: 'members', what: 'unknown', which: '209' },
      { index: 0, field: 'ring', what: 'no-time', which: '0' },
      { index: 0, field: 'onBusy.to', what: 'unknown', which: 'x' },
      { index: 0, field: 'onNoAnswer.to', what: 'empty' },
      { index: 1, field: 'name', what: 'twice' },
      { index: 1, field: 'members', what: 'empty' },
    ]);
  });
});
