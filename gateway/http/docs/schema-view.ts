// A JSON Schema as nested lists of members, for people.
import type { JsonValue } from '../../../chaincode/core/json.js';
import { asObject, type JsonSchema } from '../json-schema.js';
import { type Html, html } from './html.js';

const asList = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : [];

const REF = '#/components/schemas/';

/** What fits on one line: the kind of value and its bounds. */
function kindOf(schema: JsonSchema): string {
  const { type } = schema;
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  const values = asList(schema['enum']);
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (type === 'array') return `list of at most ${schema['maxItems']}`;
  if (type === 'integer') return `integer, ${schema['minimum']} to ${schema['maximum']}`;
  if (typeof type === 'string') return type;
  return schema['oneOf'] === undefined && schema['anyOf'] === undefined ? 'any JSON value' : '';
}

function memberView(name: string, schema: JsonSchema, isRequired: boolean): Html {
  return html`<li><code>${name}</code>${isRequired ? '' : ' (optional)'} ${schemaView(schema)}</li>`;
}

function membersView(schema: JsonSchema): Html {
  const required = asList(schema['required']);
  const members = Object.entries(asObject(schema['properties'])).map(([name, member]) =>
    memberView(name, asObject(member), required.includes(name)),
  );
  const others = schema['additionalProperties'];
  if (typeof others === 'object' && others !== null) {
    members.push(memberView('any name', asObject(others), false));
  }
  return html`<ul class="members">${members}</ul>`;
}

function choicesView(choices: readonly JsonValue[]): Html {
  const items = choices.map((choice) => html`<li>${schemaView(asObject(choice))}</li>`);
  return html`one of <ul class="members">${items}</ul>`;
}

export function schemaView(schema: JsonSchema): Html {
  const { $ref: reference, description, pattern } = schema;
  if (typeof reference === 'string') {
    const name = reference.slice(REF.length);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const choices = [...asList(schema['oneOf']), ...asList(schema['anyOf'])];
  if (choices.length > 0) return choicesView(choices);
  const words = [
    html`<span class="kind">${kindOf(schema)}</span>`,
    typeof description === 'string' ? html` ${description}` : html``,
    typeof pattern === 'string' ? html` Pattern: <code>${pattern}</code>` : html``,
  ];
  if (schema['type'] === 'object') return html`${words}${membersView(schema)}`;
  if (schema['type'] !== 'array') return html`${words}`;
  const item = schemaView(asObject(schema['items']));
  return html`${words}<ul class="members"><li>each: ${item}</li></ul>`;
}
