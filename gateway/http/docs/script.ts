// Runs in the browser, on the page that shows the API: sends what a form asks for and shows the
// answer with the curl command that asks the same. It imports nothing.
interface Field {
  readonly name: string;
  readonly value: string;
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly files?: ArrayLike<Blob> | null;
}
interface Shown {
  textContent: string | null;
  hidden: boolean;
}
interface Form {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  querySelector<Found>(selector: string): Found | null;
  querySelectorAll<Found>(selector: string): ArrayLike<Found>;
  addEventListener(name: 'submit', act: (event: { preventDefault(): void }) => void): void;
}
interface Page {
  readonly document: Pick<Form, 'querySelector' | 'querySelectorAll'>;
  readonly location: { readonly origin: string };
}
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
}

const page = globalThis as unknown as Page;
const MAX_SHOWN = 100_000;

/** What the caller typed for a place: path, query or header; fields left empty are not sent. */
const given = (form: Form, place: string): Field[] =>
  Array.from(form.querySelectorAll<Field>(`[data-in="${place}"]`)).filter(
    ({ value }) => value !== '',
  );

/** A name in a path is one step of it, unless its slashes are part of the path. */
const stepsOf = ({ value, dataset }: Field): string =>
  dataset['slashes'] === undefined
    ? encodeURIComponent(value)
    : value.split('/').map(encodeURIComponent).join('/');

const urlOf = (form: Form): string => {
  let path = form.dataset['path'] ?? '/';
  for (const field of given(form, 'path')) {
    path = path.replace(`{${field.name}}`, () => stepsOf(field));
  }
  const query = given(form, 'query').map(
    ({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return page.location.origin + path + (query.length === 0 ? '' : `?${query.join('&')}`);
};

const bodyOf = (form: Form): { type: string; body: string | Blob } | undefined => {
  const type = form.querySelector<Field>('[data-role="media"]')?.value;
  if (type === undefined) return undefined;
  const file = form.querySelector<Field>('[data-role="file"]')?.files?.[0];
  const text = form.querySelector<Field>('[data-role="body"]')?.value ?? '';
  return { type, body: file ?? text };
};

const askedOf = (form: Form): Asked => {
  const headers: Record<string, string> = {};
  for (const { name, value } of given(form, 'header')) headers[name] = value;
  const sent = bodyOf(form);
  if (sent !== undefined) headers['Content-Type'] = sent.type;
  return {
    method: form.dataset['method'] ?? 'GET',
    url: urlOf(form),
    headers,
    ...(sent === undefined ? {} : { body: sent.body }),
  };
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The token stands in it as a variable of the shell: it is shown nowhere. */
const curlOf = ({ method, url, headers, body }: Asked, hasToken: boolean): string => {
  const lines = [`curl -X ${method} ${quoted(url)}`];
  if (hasToken) lines.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headers)) {
    lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (typeof body === 'string') lines.push(`--data-binary ${quoted(body)}`);
  else if (body !== undefined) lines.push('--data-binary @FILE');
  return lines.join(' \\\n  ');
};

const show = (form: Form, role: string, text: string): void => {
  const shown = form.querySelector<Shown>(`[data-role="${role}"]`);
  if (shown === null) return;
  shown.textContent = text;
  shown.hidden = text === '';
};

const readable = async (answer: Response): Promise<string> => {
  const type = answer.headers.get('content-type') ?? '';
  if (type === 'application/octet-stream') return `${(await answer.blob()).size} bytes`;
  const text = await answer.text();
  if (text.length > MAX_SHOWN) return `${text.slice(0, MAX_SHOWN)}\n… (${text.length} characters)`;
  const isJson = type.startsWith('application/json') || type.includes('+json');
  return isJson && text !== '' ? JSON.stringify(JSON.parse(text), null, 2) : text;
};

const send = async (form: Form): Promise<void> => {
  const token = page.document.querySelector<Field>('#token')?.value.trim() ?? '';
  const asked = askedOf(form);
  show(form, 'curl', curlOf(asked, token !== ''));
  show(form, 'answer', '');
  show(form, 'status', 'Waiting for the answer …');
  const { method, url, headers, body } = asked;
  const all = token === '' ? headers : { ...headers, Authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(url, {
      method,
      headers: all,
      credentials: 'omit',
      ...(body === undefined ? {} : { body }),
    });
    const names = Array.from(answer.headers, ([name, value]) => `${name}: ${value}`);
    const text = await readable(answer);
    show(form, 'status', `${answer.status} ${answer.statusText}`);
    show(form, 'answer', `${names.join('\n')}\n\n${text}`);
  } catch (error) {
    show(form, 'status', `No answer: ${error instanceof Error ? error.message : String(error)}`);
  }
};

for (const form of Array.from(page.document.querySelectorAll<Form>('form.try'))) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
}
