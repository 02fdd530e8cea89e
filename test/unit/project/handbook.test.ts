/** The handbook says what stands on the screen: every label in it, every picture; and every role has its part. */
import { expect } from 'chai';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as permissions from '../../../src/accounts/permissions.js';
import * as roles from '../../../src/accounts/roles.js';

const root = resolve(import.meta.dirname, '../../../..');
const folder = join(root, 'docs/podrecznik');
/** Without pictures and many labels of their own. */
const plain = new Set(['README.md', 'uprawnienia.md']);
const sources = ['src/console/web', 'src/accounts/roles.ts', 'src/console/frame/problem.ts', 'src/base/alarm-words.ts'];

function filesOf(path: string): string[] {
  if (/\.tsx?$/.test(path)) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(path, name));
}

/** What the pages can say in Polish: the first text of each `say`, and each `pl`. */
function catalogue(): Set<string> {
  const text = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")`;
  const patterns = [new RegExp(String.raw`\bsay\(\s*${text}`, 'g'), new RegExp(String.raw`\bpl: ${text}`, 'g')];
  const all = sources.flatMap((path) => filesOf(join(root, path))).map((path) => readFileSync(path, 'utf8'));
  const found = all.flatMap((source) =>
    patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, one, other]) => one ?? other ?? '')),
  );
  return new Set([...found, 'Menu', 'English']);
}

const pages = (): readonly (readonly [name: string, text: string])[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

describe('the handbook', () => {
  it('quotes only labels that stand on the screen', () => {
    const known = catalogue();
    expect(known.size).to.be.greaterThan(300);
    for (const [name, text] of pages()) {
      const labels = [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label = '']) => label.replace(/\s+/g, ' '));
      if (!plain.has(name)) expect(labels.length, `${name}: labels`).to.be.greaterThan(5);
      expect(
        labels.filter((label) => !known.has(label)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('shows pictures that are there, each with words for whoever does not see it', () => {
    for (const [name, text] of pages()) {
      const pictures = [...text.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
      for (const [, words = '', path = ''] of pictures) {
        expect(existsSync(join(folder, path)), `${name}: ${path}`).to.equal(true);
        expect(words.length, `${name}: ${path} in words`).to.be.greaterThan(10);
      }
      if (!plain.has(name)) expect(pictures.length, `${name}: pictures`).to.be.greaterThan(2);
    }
  });

  it('has the table of permissions as it is in the code (else: npm run docs)', async () => {
    const script = pathToFileURL(join(root, 'scripts/lib/permission-docs.mjs')).href;
    const { permissionPage } = (await import(script)) as { permissionPage: (parts: object) => string };
    const page = permissionPage({ ...permissions, ...roles });
    expect(readFileSync(join(folder, 'uprawnienia.md'), 'utf8')).to.equal(page);
  });

  it('has a part for every role', () => {
    const names = pages().map(([name]) => name);
    for (const role of [
      'administrator',
      'sekretarz',
      'wyznaczony-pracownik',
      'inspektor',
      'kierownik',
      'biuro-podawcze',
      'audytor',
    ])
      expect(names).to.include(`${role}.md`);
  });
});
