/**
 * The import walls are held by dependency-cruiser, which says "no violations" as readily where it has looked at nothing
 * (it did, with a TypeScript that it did not know). So violations are planted here, and it must find each of them.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');

interface Finding {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** Runs the project's own rules over a tree of files; the rule that each file breaks. */
function findings(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'halina-walls-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json') }));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', devDependencies: { chai: '*' } }));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [command, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const { summary } = JSON.parse(stdout) as { summary: { violations: Finding[] } };
    return summary.violations.map(({ rule, from }) => `${from} ${rule.name}`).toSorted();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the import walls', function () {
  it('let imports through that go downwards', () => {
    const found = findings({
      'src/base/a.ts': 'export const a = 1;',
      'src/sip/b.ts': "import { a } from '../base/a.js';\nexport const b = a;",
      'src/app/c.ts': "import { b } from '../sip/b.js';\nexport const c = b;",
    });
    expect(found).to.deep.equal([]);
  });

  it('find every kind of planted violation', () => {
    const found = findings({
      'src/base/up.ts': "import { value } from '../cli/value.js';\nexport const up = value;",
      'src/cli/value.ts': 'export const value = 1;\nexport interface Shape { readonly a: number }',
      'src/sip/sideways.ts': "import { engine } from '../media/engine.js';\nexport const sideways = engine;",
      'src/media/engine.ts': 'export const engine = 1;',
      'src/archive/type-only.ts': "import type { Shape } from '../cli/value.js';\nexport type Mine = Shape;",
      'src/rtp/ring-a.ts': "import { b } from './ring-b.js';\nexport const a = (): unknown => b;",
      'src/rtp/ring-b.ts': "import { a } from './ring-a.js';\nexport const b = (): unknown => a;",
      'src/calls/tools.ts': "import { expect } from 'chai';\nexport const tool = expect;",
      'src/calls/fake.ts': "import { fake } from '../../test/support/fake.js';\nexport const product = fake;",
      'test/support/fake.ts': 'export const fake = 1;',
      'src/calls/missing.ts': "import { gone } from './gone.js';\nexport const missing = gone;",
    });
    expect(found).to.deep.equal([
      'src/archive/type-only.ts wall-archive',
      'src/base/up.ts wall-base',
      'src/calls/fake.ts no-test-in-product',
      'src/calls/missing.ts unresolved',
      'src/calls/tools.ts no-dev-dependency',
      'src/rtp/ring-a.ts no-cycle',
      'src/sip/sideways.ts wall-sip',
    ]);
  });
});
