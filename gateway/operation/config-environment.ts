// Environment variables that set a member of the configuration; they win over the file.

export interface Variable {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind: 'text' | 'number' | 'flag';
}

const row = (name: string, path: string, kind: Variable['kind'] = 'text'): Variable => ({
  name: `CHARTSEAL_${name}`,
  path: path.split('.'),
  kind,
});

/** In the order of the documentation. */
export const VARIABLES: readonly Variable[] = [
  row('DATA', 'data'),
  row('ORGANISATION', 'organisation'),
  row('PEOPLE_HOST', 'people.host'),
  row('PEOPLE_PORT', 'people.port', 'number'),
  row('PEOPLE_URL', 'people.url'),
  row('PEOPLE_CERTIFICATE', 'people.tls.certificate'),
  row('PEOPLE_KEY', 'people.tls.key'),
  row('SYSTEMS_HOST', 'systems.host'),
  row('SYSTEMS_PORT', 'systems.port', 'number'),
  row('SYSTEMS_CERTIFICATE', 'systems.tls.certificate'),
  row('SYSTEMS_KEY', 'systems.tls.key'),
  row('SYSTEMS_CLIENT_AUTHORITIES', 'systems.tls.clientAuthorities'),
  row('SYSTEMS_REVOCATION_LIST', 'systems.tls.revocationList'),
  row('LIMIT_CONNECTIONS', 'limits.connections', 'number'),
  row('LIMIT_REQUESTS_PER_MINUTE', 'limits.requestsPerMinute', 'number'),
  row('LIMIT_REFUSED_LOGINS_PER_MINUTE', 'limits.refusedLoginsPerMinute', 'number'),
  row('LIMIT_SHUTDOWN_SECONDS', 'limits.shutdownSeconds', 'number'),
  row('LIMIT_OUTBOX_ENTRIES', 'limits.outboxEntries', 'number'),
  row('LIMIT_SESSION_IDLE_MINUTES', 'limits.sessionIdleMinutes', 'number'),
  row('LIMIT_SESSION_MINUTES', 'limits.sessionMinutes', 'number'),
  row('WEB_DISPLAY', 'web.display'),
  row('LOG_LEVEL', 'log.level'),
  row('DEMO', 'demo', 'flag'),
];

/** Names that begin so and are not in the table are slips of the pen. */
const OURS = /^CHARTSEAL_(PEOPLE|SYSTEMS|LIMITS?|WEB|LOG|AUTH|DEMO|ORGANI[SZ]ATION)(_|$)/;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface FromEnvironment {
  readonly variable: Variable;
  readonly value: string | number | boolean;
}

/** A text that is no number or flag stays a text, which the shape then refuses. */
function typedValue({ kind }: Variable, text: string): string | number | boolean {
  if (kind === 'number' && /^[0-9]{1,15}$/.test(text)) return Number(text);
  if (kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** What is set, an empty value too: that is a fault, not a default. */
export function readEnvironment(environment: Environment): {
  readonly values: readonly FromEnvironment[];
  readonly unknown: readonly string[];
} {
  const values = VARIABLES.flatMap((variable) => {
    const text = environment[variable.name];
    return text === undefined ? [] : [{ variable, value: typedValue(variable, text) }];
  });
  const known = new Set(VARIABLES.map(({ name }) => name));
  const unknown = Object.keys(environment).filter((name) => OURS.test(name) && !known.has(name));
  return { values, unknown: unknown.sort() };
}
