// The reference of the configuration, from its zod schema: the JSON Schema by which editors complete and check, and the
// Markdown of docs/configuration.md.
import { z } from 'zod';

/** The JSON Schema of a configuration file as it is written, i.e. before units are read. */
export function jsonSchema(configSchema) {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  const described = { $schema: schema.$schema, title: 'Configuration of Halina', ...schema };
  return `${JSON.stringify(described, null, 2)}\n`;
}

const effectWords = { now: 'at once', 'next-call': 'next call', restart: 'restart' };

/** `effectOf`: when a change of a setting is taken over, by its name. */
export function markdown(configSchema, effectOf) {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  const sections = Object.entries(schema.properties);
  const plain = sections.filter(([, section]) => !innerOf(section));
  const rich = sections.filter(([, section]) => innerOf(section));
  return [
    '# Configuration',
    '',
    '<!-- Made from src/config/schema.ts by `npm run docs`: change it there. -->',
    '',
    introduction,
    '',
    ...(plain.length > 0
      ? ['## Settings of their own', '', ...table('', Object.fromEntries(plain), schema, effectOf)]
      : []),
    ...rich.flatMap(([name, section]) => part(name, section, effectOf, 2)),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

const introduction = `Halina reads one YAML file: the one given by \`--config\`, else \`config/halina.yaml\`, else \`config/demo.yaml\`, which
is a safe office on the loopback interface. \`config/halina.example.yaml\` is an annotated example to begin with, and
\`config/halina.schema.json\` lets an editor complete and check.

- \`halina check\` reads the file without starting anything and names every mistake with line, column and what to do.
- A changed file is read again by itself (and on SIGHUP). The last column says when a change takes effect: at once, with
  the next call, or at the next start. A changed file with mistakes changes nothing.
- Sizes have a unit, \`B\`, \`KB\`, \`MB\`, \`GB\` or \`TB\` (decimal: 1 GB is 1,000,000,000 bytes); so have durations: \`ms\`,
  \`s\`, \`min\`, \`h\`, \`d\`.
- Numbers that are names (extensions, telephone numbers, keys) stand in quotes: \`"201"\`.
- A secret is a text, or \`{ file: PATH }\` (its first line), or \`{ env: NAME }\`.
- Settings without a default and not marked as required may be left out.`;

/** The settings inside a section or inside each thing of a list. */
function innerOf(schema) {
  if (schema.type === 'object') return schema.properties;
  return schema.type === 'array' ? innerOf(schema.items) : undefined;
}

const schemaOf = (schema) => (schema.type === 'array' ? schemaOf(schema.items) : schema);

function part(name, section, effectOf, level) {
  const inner = innerOf(section);
  const list = section.type === 'array';
  const title = `${'#'.repeat(level)} ${name}${list ? ' (list)' : ''}`;
  const about = section.description ? `${sentence(section.description)}\n` : '';
  const nested = Object.entries(inner).filter(([, setting]) => innerOf(setting));
  return [
    title,
    '',
    about,
    ...table(name, inner, schemaOf(section), effectOf),
    ...nested.flatMap(([key, setting]) => part(`${name}.${key}`, setting, effectOf, Math.min(level + 1, 4))),
  ];
}

function table(prefix, settings, holder, effectOf) {
  const rows = Object.entries(settings).map(([name, setting]) => [
    `\`${name}\``,
    cell(kind(setting)),
    byDefault(name, setting, holder),
    cell(setting.description ?? ''),
    effectWords[effectOf(prefix ? `${prefix}.${name}` : name)],
  ]);
  const head = ['setting', 'value', 'default', 'meaning', 'change'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).concat('');
}

const cell = (text) => text.replaceAll('|', String.raw`\|`);
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function byDefault(name, setting, holder) {
  if (holder.required?.includes(name)) return '**required**';
  if (innerOf(setting)) return '';
  return setting.default === undefined ? '' : `\`${cell(JSON.stringify(setting.default).replaceAll('"', ''))}\``;
}

/** In words, what may stand there. */
function kind(setting) {
  if (setting.enum) return setting.enum.map((one) => `\`${one}\``).join(' or ');
  if (setting.anyOf) return alternatives(setting.anyOf);
  if (setting.type === 'array') return innerOf(setting) ? 'list, see below' : `list of ${kind(setting.items)}`;
  if (setting.type === 'object') return 'see below';
  if (setting.type === 'boolean') return '`true` or `false`';
  if (setting.type === 'integer') return range(setting);
  if (setting.examples) return `e.g. ${setting.examples.map((one) => `\`${one}\``).join(', ')}`;
  return 'text';
}

function alternatives(options) {
  if (options.some((one) => one.properties?.env)) return 'secret';
  return options
    .map((one) => (one.properties ? `\`{ ${Object.keys(one.properties).join(', ')} }\`` : kind(one)))
    .join(' or ');
}

function range({ minimum, maximum }) {
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) return `${minimum} to ${maximum}`;
  return minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? 'whole number' : `${minimum} or more`;
}
