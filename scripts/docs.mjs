// Writes what is made from the code: config/halina.schema.json, docs/configuration.md and docs/podrecznik/uprawnienia.md.
// A unit test fails when they are not current.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectOf } from '../dist/src/config/changes.js';
import { configSchema } from '../dist/src/config/schema.js';
import * as permissions from '../dist/src/accounts/permissions.js';
import * as roles from '../dist/src/accounts/roles.js';
import { jsonSchema, markdown } from './lib/config-docs.mjs';
import { permissionPage } from './lib/permission-docs.mjs';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'config/halina.schema.json'), jsonSchema(configSchema));
writeFileSync(join(root, 'docs/configuration.md'), markdown(configSchema, effectOf));
writeFileSync(join(root, 'docs/podrecznik/uprawnienia.md'), permissionPage({ ...permissions, ...roles }));
