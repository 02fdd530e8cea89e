import { expect } from 'chai';
import { sectionText, withSection } from '../../../src/config/sections.js';

const text = `# the office
office: { name: Urząd }

# where calls go
routes:
  - name: main # ours
    numbers: ["+48227836000"]
- stray: list
hours:
  - name: day

# the end
log: { level: info }
`;

describe('sections of the configuration file', () => {
  it('are read with their key and their own comments, without those of the next', () => {
    expect(sectionText(text, 'hours')).to.equal('hours:\n  - name: day');
    expect(sectionText(text, 'office')).to.equal('office: { name: Urząd }');
    expect(sectionText(text, 'menus')).to.equal('');
  });

  it('are put back with every other line as it was', () => {
    const changed = withSection(text, 'hours', 'hours:\n  - name: night\n');
    expect(changed).to.equal(text.replace('name: day', 'name: night'));
    expect(withSection(text, 'hours', sectionText(text, 'hours'))).to.equal(text);
  });

  it('are added at the end, and taken out where the text is empty', () => {
    expect(withSection(text, 'menus', 'menus: []')).to.equal(`${text}\nmenus: []\n`);
    expect(withSection(text, 'hours', '')).not.to.contain('hours');
    expect(withSection(text, 'menus', ' ')).to.equal(text);
  });

  it('may hold nothing else: no second section, no other, no YAML that is none', () => {
    for (const wrong of ['hours: []\nconsole: { enabled: false }', 'console: {}', 'hours: [', '- hours'])
      expect(() => withSection(text, 'hours', wrong), wrong).to.throw();
  });
});
