// The page that shows the API and lets people try it, made from the OpenAPI document alone. All of
// it can be read without a script; the script only sends what the forms ask for.
import type { JsonValue } from '../../../chaincode/core/json.js';
import { asObject, type JsonSchema } from '../json-schema.js';
import { type Html, html, prose } from './html.js';
import { schemaView } from './schema-view.js';

const asObjects = (value: JsonValue | undefined) => (value ?? []) as readonly JsonSchema[];
const asText = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const pretty = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly id: string;
  readonly tag: string;
  readonly facts: JsonSchema;
}

function operationsOf(document: JsonSchema): Operation[] {
  return Object.entries(asObject(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(asObject(methods)).map(([method, value]) => {
      const facts = asObject(value);
      const tag = asText((facts['tags'] as JsonValue[] | undefined)?.[0]);
      return { path, method: method.toUpperCase(), id: asText(facts['operationId']), tag, facts };
    }),
  );
}

function parametersView(parameters: readonly JsonSchema[]): Html {
  if (parameters.length === 0) return html``;
  const rows = parameters.map(
    (one) =>
      html`<li><code>${asText(one['name'])}</code> in ${asText(one['in'])}${
        one['required'] === true ? '' : ' (optional)'
      }: ${asText(one['description'])} ${schemaView(asObject(one['schema']))}</li>`,
  );
  return html`<h4>Parameters</h4><ul class="members">${rows}</ul>`;
}

function contentView(content: JsonSchema): Html[] {
  return Object.entries(content).map(([type, value]) => {
    const { schema, example, 'x-line-schema': line } = asObject(value);
    const view = schemaView(asObject(line ?? schema));
    const shown =
      example === undefined
        ? html``
        : html`<details><summary>Example</summary><pre tabindex="0">${pretty(example)}</pre></details>`;
    return html`<p><code>${type}</code></p>${schema === undefined ? html`<p>Bytes.</p>` : view}${shown}`;
  });
}

function answerView(status: string, answer: JsonSchema): Html {
  const content = asObject(answer['content']);
  // All refusals have one and the same body, which stands once, at the end.
  const { 'application/problem+json': refusal, ...others } = content;
  const isRefusal = refusal !== undefined;
  const problem = isRefusal ? html`<p><a href="#schema-Problem">Problem</a></p>` : html``;
  const body = html`${contentView(others)}${problem}`;
  return html`<details><summary>${status}${
    isRefusal ? html` refused` : html``
  }</summary>${prose(asText(answer['description']))}${body}</details>`;
}

function fieldView(one: JsonSchema): Html {
  const name = asText(one['name']);
  const place = asText(one['in']);
  const isRequired = one['required'] === true;
  const slashes = one['x-slashes'] === true ? html` data-slashes="kept"` : html``;
  return html`<label>${name} in ${place}${isRequired ? '' : ' (optional)'}
<input name="${name}" data-in="${place}"${slashes} autocomplete="off" spellcheck="false"${isRequired ? html` required` : html``}></label>`;
}

function bodyFields(operation: Operation): Html {
  const content = Object.entries(asObject(asObject(operation.facts['requestBody'])['content']));
  if (content.length === 0) return html``;
  const options = content.map(([type]) => html`<option>${type}</option>`);
  const [, first] = content[0] as [string, JsonValue];
  const example = asObject(first)['example'];
  const text = example === undefined ? '' : pretty(example);
  return html`<label>Media type<select data-role="media">${options}</select></label>
<label>Body<textarea data-role="body" spellcheck="false">${text}</textarea></label>
<label>or a file <input type="file" data-role="file"></label>`;
}

function tryView(operation: Operation): Html {
  const fields = asObjects(operation.facts['parameters']).map(fieldView);
  return html`<form class="try" data-method="${operation.method}" data-path="${operation.path}">
<h4>Try it</h4>${fields}${bodyFields(operation)}
<p><button type="submit">Send</button></p>
<p role="status" aria-live="polite" data-role="status"></p>
<pre tabindex="0" data-role="curl" aria-label="The same with curl" hidden></pre>
<pre tabindex="0" data-role="answer" aria-label="Answer" hidden></pre>
</form>`;
}

function operationView(operation: Operation): Html {
  const { facts, id, method, path } = operation;
  const body = asObject(facts['requestBody']);
  const answers = Object.entries(asObject(facts['responses'])).map(([status, answer]) =>
    answerView(status, asObject(answer)),
  );
  const bodyView =
    body['content'] === undefined
      ? html``
      : html`<h4>Body</h4>${prose(asText(body['description']))}${contentView(asObject(body['content']))}`;
  return html`<details class="operation" id="${id}"><summary><code>${method} ${path}</code> ${asText(
    facts['summary'],
  )}</summary><div>
<h3>${asText(facts['summary'])}</h3>${prose(asText(facts['description']))}
${parametersView(asObjects(facts['parameters']))}${bodyView}
<h4>Answers</h4>${answers}
${tryView(operation)}</div></details>`;
}

function schemasView(document: JsonSchema): Html[] {
  const schemas = asObject(asObject(document['components'])['schemas']);
  return Object.entries(schemas).map(
    ([name, schema]) => html`<h3 id="schema-${name}">${name}</h3>${schemaView(asObject(schema))}`,
  );
}

/** A whole HTML page; needs /docs/docs.css and, to send requests, /docs/docs.js. */
export function docsPage(document: JsonSchema): string {
  const { title, version, description } = asObject(document['info']);
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const views = operations.filter((one) => one.tag === tag).map(operationView);
    return html`<section><h2 id="tag-${tag}">${tag}</h2>${views}</section>`;
  });
  const links = tags.map((tag) => html`<li><a href="#tag-${tag}">${tag}</a></li>`);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${asText(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="stylesheet" href="/docs/docs.css"><script src="/docs/docs.js" defer></script>
</head><body><a class="skip" href="#operations">To the operations</a>
<header><h1>${asText(title)} ${asText(version)}</h1>${prose(asText(description))}
<p><a href="/v1/openapi.json">The OpenAPI document</a></p>
<nav aria-label="Sections"><ul>${links}<li><a href="#schemas">schemas</a></li></ul></nav></header>
<main id="operations"><label class="token">Token for the forms below; it stays on this page and is gone when you leave it
<input id="token" type="password" autocomplete="off" spellcheck="false"></label>
${sections}<section><h2 id="schemas">schemas</h2>${schemasView(document)}</section></main></body></html>
`.text;
}
