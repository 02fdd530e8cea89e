/** What is written about the configuration agrees with the code: the reference, the JSON Schema and the examples. */
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { effectOf } from '../../../src/config/changes.js';
import { parseConfig } from '../../../src/config/load.js';
import { shippedPrompts } from '../../../src/config/notice.js';
import { configSchema } from '../../../src/config/schema.js';

const root = resolve(import.meta.dirname, '../../../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

describe('what is written about the configuration', () => {
  it('is made from the schema as it is now (else: npm run docs)', async () => {
    const { jsonSchema, markdown } = (await import(pathToFileURL(join(root, 'scripts/lib/config-docs.mjs')).href)) as {
      jsonSchema: (schema: typeof configSchema) => string;
      markdown: (schema: typeof configSchema, effect: typeof effectOf) => string;
    };
    expect(read('config/halina.schema.json')).to.equal(jsonSchema(configSchema));
    expect(read('docs/configuration.md')).to.equal(markdown(configSchema, effectOf));
  });

  it('explains every setting', () => {
    const rows = read('docs/configuration.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).to.have.length.above(70);
    expect(rows.filter((row) => row.split(/(?<!\\)\|/)[4]?.trim() === '')).to.deep.equal([]);
  });

  const example = read('config/halina.example.yaml');
  /** With every setting that the example only offers (`#name: value`) in effect. */
  const offered = example.replaceAll(/^( *)#(?=[a-z{-])/gm, '$1');

  it('includes an example that is good, without and with what it offers', () => {
    expect(offered).to.not.equal(example);
    expect(() => parseConfig(example, 'halina.example.yaml')).not.to.throw();
    expect(() => parseConfig(offered, 'halina.example.yaml')).not.to.throw();
  });

  it('includes every section in the example', () => {
    expect(Object.keys(parse(offered) as object)).to.have.members(Object.keys(configSchema.shape));
  });

  it('includes a demo office that nobody outside this machine can reach', () => {
    const config = parseConfig(read('config/demo.yaml'), 'demo.yaml');
    expect(config.handsets).to.have.length(2);
    for (const address of [
      ...config.sip.faces.map((face) => face.address),
      ...config.trunks.flatMap((t) => t.addresses),
    ])
      expect(address).to.match(/^127\./);
  });

  it('knows the prompts that there are', () => {
    const files = readdirSync(join(root, 'prompts/pl')).filter((file) => file.endsWith('.wav'));
    expect(files.map((file) => file.slice(0, -'.wav'.length))).to.have.members(shippedPrompts);
  });
});
